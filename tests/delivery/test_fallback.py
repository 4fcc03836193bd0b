"""Push first, mail for who has not read by then: which mails wait, which are spared, which go at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from otayori.delivery import fallback, write_off
from otayori.delivery.claim import Claim, claim
from otayori.delivery.contents import Contents
from otayori.delivery.models import Batch, ChannelName, Slice
from otayori.delivery.parcel import Outcome, Urgency, Verdict
from otayori.delivery.progress import progress, waiting_guardians
from otayori.delivery.settle import settle
from otayori.delivery.sweep import sweep
from tests.cast import Cast
from tests.delivery.ledger import device, release_to

pytestmark = pytest.mark.django_db


def take(channel: str, lane: str = "normal") -> Claim:
    return claim(lane, channel, 10, Contents())


def end(taken: Claim, verdict: Verdict, *, dead: bool = False) -> None:
    """All of the claim ends in the same way."""
    code = "http 410" if dead else ""
    told = [Outcome(number, verdict, code, endpoint_dead=dead) for number in taken.tries]
    settle(told, taken.tries, taken.slices)


def let_time_pass() -> None:
    """As if the time until the mails had passed."""
    Slice.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def rows(batch: Batch) -> set[tuple[str, str, str]]:
    return set(batch.deliveries.values_list("channel", "status", "code"))


def test_mail_waits_for_who_has_a_device_and_for_nobody_else(cast: Cast) -> None:
    device(cast.kim)
    batch = release_to([cast.kim, cast.yamada])
    assert [parcel.address for parcel in take("email").parcels] == ["yamada@mail.example"]
    assert len(take("webpush").tries) == 1
    (later,) = Slice.objects.filter(due_at__gt=timezone.now())
    assert later.due_at == batch.released_at + timedelta(hours=1)


def test_an_emergency_goes_both_ways_at_once(cast: Cast) -> None:
    device(cast.kim)
    release_to([cast.kim], urgency=Urgency.EMERGENCY)
    assert len(take("webpush", "emergency").tries) == len(take("email", "emergency").tries) == 1


@pytest.mark.parametrize(
    ("urgency", "left", "minutes"),
    [
        (Urgency.IMPORTANT, None, 10),
        (Urgency.NORMAL, None, 60),
        (Urgency.LEAFLET, None, 24 * 60),
        (Urgency.NORMAL, 30, 15),  # half-way to the deadline
        (Urgency.NORMAL, 24 * 60, 60),
    ],
)
def test_how_long_mail_waits(urgency: Urgency, left: int | None, minutes: int) -> None:
    at = timezone.now()
    deadline = None if left is None else at + timedelta(minutes=left)
    assert fallback.mail_due(urgency, at, deadline) == at + timedelta(minutes=minutes)


def test_who_has_read_gets_no_mail(cast: Cast) -> None:
    for person in (cast.kim, cast.yamada):
        device(person)
    batch = release_to([cast.kim, cast.yamada])
    end(take("webpush"), Verdict.SENT)
    assert fallback.spare(cast.kim.id, [batch.id]) == 1
    assert fallback.spare(cast.kim.id, [batch.id]) == 0
    (_, mail) = progress(batch)
    assert (mail.later, mail.spared, mail.waiting, mail.total) == (1, 1, 0, 0)
    let_time_pass()
    mails = take("email")
    assert [parcel.address for parcel in mails.parcels] == ["yamada@mail.example"]
    end(mails, Verdict.SENT)
    sweep()
    assert rows(batch) == {("webpush", "sent", ""), ("email", "cancelled", "read"), ("email", "sent", "")}
    assert Batch.objects.get(id=batch.id).closed_at is not None


def test_a_batch_stays_open_while_mails_wait(cast: Cast) -> None:
    device(cast.kim)
    batch = release_to([cast.kim])
    end(take("webpush"), Verdict.SENT)
    sweep()
    assert Batch.objects.get(id=batch.id).closed_at is None
    assert waiting_guardians(batch.id) == {cast.kim.id}


def test_mail_goes_at_once_where_the_only_device_is_dead(cast: Cast) -> None:
    device(cast.kim)
    batch = release_to([cast.kim])
    end(take("webpush"), Verdict.PERMANENT, dead=True)
    (_, mail) = progress(batch)
    assert (mail.waiting, mail.later) == (1, 0)
    mails = take("email")
    assert [parcel.address for parcel in mails.parcels] == ["kim@mail.example"]
    end(mails, Verdict.SENT)
    let_time_pass()
    assert not take("email").tries  # and not once more


def test_a_push_that_fails_for_good_hastens_the_mail_though_the_device_lives(cast: Cast) -> None:
    device(cast.kim)
    release_to([cast.kim])
    end(take("webpush"), Verdict.PERMANENT)
    assert len(take("email").tries) == 1


def test_another_device_that_takes_it_is_enough(cast: Cast) -> None:
    phone, tablet = device(cast.kim), device(cast.kim)
    release_to([cast.kim])
    taken = take("webpush")
    by_endpoint = {spoken_of.endpoint_id: number for number, spoken_of in taken.tries.items()}
    gone = Outcome(by_endpoint[phone.id], Verdict.PERMANENT, "http 410", endpoint_dead=True)
    settle([gone], taken.tries)
    assert not take("email").tries  # the tablet may still take it
    settle([Outcome(by_endpoint[tablet.id], Verdict.SENT)], taken.tries, taken.slices)
    assert not take("email").tries


def test_a_mail_that_was_hastened_is_spared_as_long_as_nobody_has_taken_it(cast: Cast) -> None:
    device(cast.kim)
    batch = release_to([cast.kim])
    end(take("webpush"), Verdict.PERMANENT)
    assert ("email", "queued", "") in rows(batch)
    assert fallback.spare(cast.kim.id, [batch.id]) == 1
    assert ("email", "cancelled", "read") in rows(batch)
    assert not take("email")


def test_a_push_that_is_only_late_hastens_nothing(cast: Cast) -> None:
    device(cast.kim)
    release_to([cast.kim])
    end(take("webpush"), Verdict.TRANSIENT)
    assert not take("email").tries


def test_what_a_blocked_guardian_waits_for_is_taken_back_whether_it_has_a_row_or_not(cast: Cast) -> None:
    device(cast.kim)
    batch, other = release_to([cast.kim]), release_to([cast.kim])
    endpoints = list(cast.kim.endpoints.values_list("id", flat=True))
    assert write_off.take_back(endpoints, code="blocked", but=[other.id]) == 2
    let_time_pass()
    claimed = {spoken_of.batch_id for channel in ChannelName for spoken_of in take(channel).tries.values()}
    assert claimed == {other.id}
    assert rows(batch) == {("webpush", "cancelled", "blocked"), ("email", "cancelled", "blocked")}
