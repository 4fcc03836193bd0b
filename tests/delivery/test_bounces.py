"""A mail comes back: the ledger says failed, a dead address gets nothing more, the guardian is told once."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import Settings

from otayori.core import crypto
from otayori.delivery import endpoints
from otayori.delivery.bounces.collect import verp
from otayori.delivery.bounces.take_in import Taken, take_in
from otayori.delivery.bounces.verp import Verp
from otayori.delivery.models import Batch, Bounce, ChannelName, Delivery, Endpoint
from otayori.delivery.status import Status
from otayori.roster.models import Guardian
from tests.cast import Cast, mail_endpoint
from tests.delivery.bounce_mails import came_back, return_path
from tests.delivery.ledger import guardians, release_to, write_rows

pytestmark = pytest.mark.django_db

GONE, FULL, BLOCKED = "postfix-unknown-user", "gmail-full", "gmail-dmarc"


@pytest.fixture(autouse=True)
def addresses(settings: Settings) -> Verp:
    settings.OTAYORI_BOUNCE_ADDRESS = "bounce@otayori.city.example"
    made = verp()
    assert made is not None
    return made


def device(person: Guardian, name: str = "phone") -> Endpoint:
    """A phone that is reached by push."""
    return Endpoint.objects.create(
        guardian=person, channel=ChannelName.WEBPUSH, address="{}", host="https://push.example",
        address_key=crypto.lookup_key("push address", f"{name} of {person.id}"),
    )  # fmt: skip


def sent(person: Guardian, *, days_ago: float = 0) -> Delivery:
    """A message that the relay has taken for the guardian's mail address."""
    batch = release_to([person])
    write_rows()
    at = timezone.now() - timedelta(days=days_ago)
    Endpoint.objects.filter(guardian=person, verified_at__gte=at).update(verified_at=at - timedelta(days=1))
    Batch.objects.filter(id=batch.id).update(released_at=at)
    rows = Delivery.objects.filter(batch=batch, channel=ChannelName.EMAIL)
    rows.update(status=Status.SENT, sent_at=at, code="250")
    return rows.get()


def back(delivery: Delivery, sample: str, addresses: Verp) -> Taken:
    """The mail comes back as the sample says. Reads the delivery anew."""
    taken = take_in(came_back(sample, delivery.id, addresses), addresses)
    delivery.refresh_from_db()
    return taken


def mail_of(person: Guardian) -> Endpoint:
    return Endpoint.objects.get(guardian=person, channel=ChannelName.EMAIL)


def told(person: Guardian) -> int:
    """How many pushes speak to the guardian of a dead address."""
    write_rows()
    return Delivery.objects.filter(endpoint__guardian=person, batch__contents__language="en").count()


def test_an_address_that_is_gone_is_disabled_at_once(cast: Cast, addresses: Verp) -> None:
    delivery, waiting = sent(cast.kim), release_to([cast.kim])
    write_rows()
    assert back(delivery, GONE, addresses) is Taken.WRITTEN
    assert (delivery.status, delivery.code) == (Status.FAILED, "bounce 5.1.1")
    endpoint = mail_of(cast.kim)
    assert (endpoint.state, endpoint.code) == (Endpoint.State.DISABLED, "bounce 5.1.1")
    assert endpoint.disabled_at is not None
    held = waiting.deliveries.get()
    assert (held.status, held.code) == (Status.FAILED, "bounce 5.1.1")


def test_the_same_bounce_twice_changes_nothing(cast: Cast, addresses: Verp) -> None:
    device(cast.kim)
    delivery = sent(cast.kim)
    assert back(delivery, GONE, addresses) is Taken.WRITTEN
    Endpoint.objects.update(state=Endpoint.State.ACTIVE, disabled_at=None)
    assert back(delivery, GONE, addresses) is Taken.KNOWN
    assert mail_of(cast.kim).state == Endpoint.State.ACTIVE
    assert Bounce.objects.filter(delivery=delivery).count() == 1
    assert told(cast.kim) == 1


def test_a_delay_is_noted_and_a_failure_after_it_counts(cast: Cast, addresses: Verp) -> None:
    delivery = sent(cast.kim)
    back(delivery, "postfix-delayed", addresses)
    assert delivery.status == Status.SENT
    back(delivery, "expired", addresses)
    assert (delivery.status, delivery.code) == (Status.FAILED, "bounce 4.4.1")
    assert list(delivery.bounces.order_by("id").values_list("kind", flat=True)) == ["delayed", "failed"]
    assert mail_of(cast.kim).state == Endpoint.State.ACTIVE


@pytest.mark.parametrize("sample", ["arf", "vacation", "challenge", "spam", "relayed"])
def test_what_is_no_bounce_changes_nothing_but_is_counted(cast: Cast, addresses: Verp, sample: str) -> None:
    delivery = sent(cast.kim)
    back(delivery, sample, addresses)
    assert (delivery.status, delivery.code) == (Status.SENT, "250")
    assert delivery.bounces.count() == 1
    assert mail_of(cast.kim).state == Endpoint.State.ACTIVE


def test_a_report_of_arrival_is_believed_until_a_failure(cast: Cast, addresses: Verp) -> None:
    delivery = sent(cast.kim)
    back(delivery, "several-one-reached", addresses)
    assert delivery.status == Status.DELIVERED
    back(delivery, FULL, addresses)
    assert delivery.status == Status.FAILED
    back(sent(cast.yamada), FULL, addresses)
    back(delivery, "several-one-reached", addresses)
    assert delivery.status == Status.FAILED


def test_a_bounce_that_overtakes_the_worker_has_to_come_again(cast: Cast, addresses: Verp) -> None:
    piece = release_to([cast.kim]).slices.get()
    mail = came_back(FULL, piece.delivery_ids[0], addresses)
    assert take_in(mail, addresses) is Taken.EARLY
    write_rows()
    assert take_in(mail, addresses) is Taken.WRITTEN


def test_a_bounce_may_overtake_another_try(cast: Cast, addresses: Verp) -> None:
    delivery = sent(cast.kim)
    Delivery.objects.filter(id=delivery.id).update(status=Status.SENDING, leased_until=timezone.now())
    back(delivery, FULL, addresses)
    assert (delivery.status, delivery.leased_until) == (Status.FAILED, None)
    assert delivery.sent_at is not None


def test_what_was_stopped_stays_so(cast: Cast, addresses: Verp) -> None:
    delivery = sent(cast.kim)
    Delivery.objects.filter(id=delivery.id).update(status=Status.CANCELLED, code="stopped")
    back(delivery, FULL, addresses)
    assert (delivery.status, delivery.code) == (Status.CANCELLED, "stopped")


def test_an_address_proven_since_is_not_disabled_by_a_late_bounce(cast: Cast, addresses: Verp) -> None:
    delivery = sent(cast.kim, days_ago=2)
    endpoints.add_email(cast.kim, "kim@mail.example")
    back(delivery, GONE, addresses)
    assert delivery.status == Status.FAILED
    assert mail_of(cast.kim).state == Endpoint.State.ACTIVE


def test_a_forged_or_foreign_mail_is_not_ours(cast: Cast, addresses: Verp) -> None:
    delivery = sent(cast.kim)
    forger = Verp("bounce@otayori.city.example", "guessed")
    assert take_in(came_back(GONE, delivery.id, forger), addresses) is Taken.NOT_OURS
    assert take_in(b"", addresses) is Taken.NOT_OURS
    delivery.refresh_from_db()
    assert delivery.status == Status.SENT
    assert not Bounce.objects.exists()


def test_a_delivery_that_is_no_longer_kept_is_done_with(addresses: Verp) -> None:
    assert take_in(came_back(GONE, 987654, addresses), addresses) is Taken.KNOWN


def test_the_relay_may_tell_the_recipient(cast: Cast, addresses: Verp) -> None:
    delivery = sent(cast.kim)
    mail = came_back(GONE, delivery.id, addresses).replace(b"bounce+", b"somebody+else-")
    assert take_in(mail, addresses) is Taken.NOT_OURS
    assert take_in(mail, addresses, recipient=return_path(delivery.id, addresses)) is Taken.WRITTEN


def test_three_messages_refused_in_a_row_over_three_days_disable(cast: Cast, addresses: Verp) -> None:
    first, second, third = (sent(cast.kim, days_ago=days) for days in (4, 2, 0.5))
    for delivery in (first, third):
        back(delivery, FULL, addresses)
        assert mail_of(cast.kim).state == Endpoint.State.ACTIVE
    back(second, FULL, addresses)  # they come in any order
    endpoint = mail_of(cast.kim)
    assert (endpoint.state, endpoint.code) == (Endpoint.State.DISABLED, "bounce 5.2.2")


@pytest.mark.parametrize("days", [(2.5, 1.5, 0.5), (4, 0.5)], ids=["within three days", "only two"])
def test_a_mailbox_that_is_full_for_some_days_stays(
    cast: Cast, addresses: Verp, days: tuple[float, ...]
) -> None:
    for delivery in [sent(cast.kim, days_ago=ago) for ago in days]:
        back(delivery, FULL, addresses)
    assert mail_of(cast.kim).state == Endpoint.State.ACTIVE


def test_one_that_stayed_in_between_begins_the_count_anew(cast: Cast, addresses: Verp) -> None:
    first, _kept, second, third = (sent(cast.kim, days_ago=days) for days in (6, 5, 4, 0.5))
    for delivery in (first, second, third):
        back(delivery, FULL, addresses)
    assert mail_of(cast.kim).state == Endpoint.State.ACTIVE
    younger = sent(cast.kim)  # may still come back
    fourth = sent(cast.kim, days_ago=0.2)
    back(fourth, FULL, addresses)
    assert mail_of(cast.kim).state == Endpoint.State.DISABLED
    assert younger.status == Status.SENT


def test_what_was_given_up_by_the_relay_is_no_refusal(cast: Cast, addresses: Verp) -> None:
    for delivery in [sent(cast.kim, days_ago=ago) for ago in (6, 3, 0.5)]:
        back(delivery, "expired", addresses)
    assert mail_of(cast.kim).state == Endpoint.State.ACTIVE


def test_a_domain_that_blocks_the_ward_cuts_nobody_off(cast: Cast, addresses: Verp) -> None:
    people = guardians(6)  # all at mail.example, as the cast is
    for ago in (5, 2, 0.5):
        for delivery in [sent(person, days_ago=ago) for person in people]:
            back(delivery, BLOCKED, addresses)
            assert delivery.status == Status.FAILED
    assert {mail_of(person).state for person in people} == {Endpoint.State.ACTIVE}


def test_the_guardian_is_told_on_the_phone_once(cast: Cast, addresses: Verp) -> None:
    device(cast.kim, "phone")
    device(cast.kim, "tablet")
    device(cast.yamada)
    mail_endpoint(cast.kim, "second@work.example")
    back(sent_to(cast.kim, "kim@mail.example"), GONE, addresses)
    batch = Batch.objects.latest("released_at")
    assert (batch.lane, batch.school) == ("important", None)
    write_rows()
    rows = list(batch.deliveries.select_related("endpoint"))
    assert {row.endpoint.device or row.channel for row in rows} == {"webpush"}
    assert [row.endpoint.guardian_id for row in rows] == [cast.kim.id] * 2
    texts = {content.language: json.loads(content.text) for content in batch.contents.all()}
    assert texts["ja"]["title"] == "登録されたメールアドレスに、お知らせが届かなくなりました"
    assert texts["en"]["title"] == "Notices no longer reach your email address"
    assert texts["ja"]["url"] == f"{settings.OTAYORI_BASE_URL}/settings"
    assert "kim@" not in str(texts)


def sent_to(person: Guardian, email: str) -> Delivery:
    batch = release_to([person])
    write_rows()
    row = Delivery.objects.get(batch=batch, endpoint__address_key=crypto.lookup_key("email address", email))
    Delivery.objects.filter(id=row.id).update(status=Status.SENT, sent_at=timezone.now())
    return row


def test_who_has_no_device_is_not_told(cast: Cast, addresses: Verp) -> None:
    before = Batch.objects.count()
    back(sent(cast.kim), GONE, addresses)
    assert Batch.objects.count() == before + 1  # the message alone


def test_nothing_of_the_mail_is_kept(cast: Cast, addresses: Verp) -> None:
    delivery = sent(cast.kim)
    back(delivery, GONE, addresses)
    bounce = Bounce.objects.get()
    assert str(bounce) == f"{delivery.id} bounce 5.1.1"
    kept = {field.name for field in Bounce._meta.get_fields()}
    assert kept == {"id", "delivery", "kind", "code", "received_at"}
