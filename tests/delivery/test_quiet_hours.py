"""Quiet hours and digests in the ledger: what is held of a release, and what else becomes of it."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from otayori.core import clock
from otayori.delivery import fallback, release
from otayori.delivery.claim import Claim, claim
from otayori.delivery.contents import Contents
from otayori.delivery.hold import CAN_WAIT, Wish, held
from otayori.delivery.models import Batch, Delivery, Preference, Slice
from otayori.delivery.parcel import Outcome, Urgency, Verdict
from otayori.delivery.preferences import keep, preference_of
from otayori.delivery.progress import held_guardians, progress
from otayori.delivery.settle import settle
from otayori.delivery.sweep import give_up_at, sweep
from otayori.roster.models import Guardian
from tests.cast import Cast
from tests.delivery.ledger import device, guardians, release_to

pytestmark = pytest.mark.django_db


def in_hours(hours: int) -> int:
    """The hour of the day in Japan that comes in so many hours."""
    return (clock.now().astimezone(clock.TOKYO) + timedelta(hours=hours)).hour


def an_hour(hours: int) -> datetime:
    """The full hour so many hours from now."""
    return clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours)


def quiet_now() -> Wish:
    return Wish(quiet_from=in_hours(-1), quiet_until=in_hours(3))


def digest_later() -> Wish:
    return Wish(digest_at=in_hours(5))


def take(channel: str, lane: str = "normal") -> Claim:
    return claim(lane, channel, 100, Contents())


def end(taken: Claim, verdict: Verdict) -> None:
    settle([Outcome(number, verdict, "x") for number in taken.tries], taken.tries, taken.slices)


def hour_comes() -> None:
    """What was held is due."""
    Slice.objects.filter(done_at=None).update(due_at=clock.now() - timedelta(hours=1))


@pytest.fixture
def kim(cast: Cast) -> Guardian:
    """With a phone."""
    device(cast.kim)
    return cast.kim


def test_what_was_chosen_is_kept_and_given_up_again(cast: Cast) -> None:
    assert not preference_of(cast.kim).digest_at
    keep(cast.kim, Wish(21, 7, 18))
    kept = preference_of(cast.kim)
    assert (kept.quiet_from, kept.quiet_until, kept.digest_at) == (21, 7, 18)
    keep(cast.kim, Wish())
    assert not Preference.objects.exists()


@pytest.mark.parametrize("wish", [Wish(21, None), Wish(None, 7), Wish(7, 7), Wish(24, 7), Wish(digest_at=24)])
def test_what_is_no_wish_is_refused(cast: Cast, wish: Wish) -> None:
    with pytest.raises(ValueError, match="quiet"):
        keep(cast.kim, wish)


def test_push_and_mail_of_who_has_chosen_an_hour_wait_for_it(cast: Cast, kim: Guardian) -> None:
    keep(kim, digest_later())
    keep(cast.yamada, quiet_now())
    batch = release_to([kim, cast.yamada, cast.alvarez], may_wait=True)
    assert [parcel.address for parcel in take("email").parcels] == ["alvarez@mail.example"]
    assert not take("webpush").tries
    dues = held(digest_later(), Urgency.NORMAL, batch.released_at, None)
    by_channel = {
        piece.channel: piece.due_at
        for piece in batch.slices.filter(endpoint_ids__overlap=[one.id for one in kim.endpoints.all()])
    }
    assert by_channel == {"webpush": dues.first, "email": dues.mail}
    assert held_guardians(batch.id) == {kim.id, cast.yamada.id}
    push, mail = progress(batch)
    assert (push.held, push.held_at, push.waiting, push.later) == (1, dues.first, 0, 0)
    assert (mail.held, mail.later) == (2, 0)
    assert push.open + mail.open == 4  # a stop holds back one mail at work, too


@pytest.mark.parametrize("urgency", [Urgency.EMERGENCY, Urgency.IMPORTANT])
def test_what_can_not_wait_is_never_held(kim: Guardian, urgency: Urgency) -> None:
    keep(kim, Wish(*(quiet_now().quiet_from, quiet_now().quiet_until), in_hours(5)))
    release_to([kim], urgency=urgency, may_wait=True)
    assert len(take("webpush", urgency.value).tries) == 1


def test_a_recall_or_correction_is_never_held(kim: Guardian) -> None:
    keep(kim, digest_later())
    release_to([kim])
    assert len(take("webpush").tries) == 1


def test_what_would_be_too_late_by_then_comes_at_once(kim: Guardian) -> None:
    keep(kim, digest_later())
    release_to([kim], may_wait=True, deadline=clock.now() + timedelta(hours=2))
    assert len(take("webpush").tries) == 1


def test_nothing_waits_outside_the_quiet_hours(kim: Guardian) -> None:
    keep(kim, Wish(quiet_from=in_hours(4), quiet_until=in_hours(6)))
    batch = release_to([kim], may_wait=True)
    assert len(take("webpush").tries) == 1
    (piece,) = Slice.objects.filter(channel="email")
    assert piece.due_at == batch.released_at + timedelta(hours=1)


def test_at_its_hour_it_goes_out_and_the_mail_is_still_spared(kim: Guardian) -> None:
    keep(kim, digest_later())
    batch = release_to([kim], may_wait=True)
    Slice.objects.filter(channel="webpush").update(due_at=clock.now() - timedelta(hours=1))
    end(take("webpush"), Verdict.SENT)
    sweep()
    assert Batch.objects.get(id=batch.id).closed_at is None
    assert fallback.spare(kim.id, [batch.id]) == 1
    hour_comes()
    end(take("email"), Verdict.SENT)
    sweep()
    assert Batch.objects.get(id=batch.id).closed_at is not None
    assert set(batch.deliveries.values_list("channel", "status")) == {
        ("webpush", "sent"),
        ("email", "cancelled"),
    }


def test_who_has_read_it_in_the_app_gets_neither(kim: Guardian) -> None:
    keep(kim, digest_later())
    batch = release_to([kim], may_wait=True)
    assert fallback.spare(kim.id, [batch.id]) == 2
    push, mail = progress(batch)
    assert (push.spared, push.held, push.open, mail.spared) == (1, 0, 0, 1)
    hour_comes()
    assert not take("webpush").tries


def test_what_is_held_is_stopped_with_the_rest(kim: Guardian) -> None:
    keep(kim, digest_later())
    batch = release_to([kim], may_wait=True)
    assert release.stop(batch, clock.now()) == 2
    hour_comes()
    assert not take("webpush").tries
    assert set(batch.deliveries.values_list("status", "code")) == {("cancelled", "stopped")}


def test_a_device_that_dies_before_its_hour_leaves_it_to_the_mail(kim: Guardian) -> None:
    keep(kim, digest_later())
    release_to([kim], may_wait=True)
    kim.endpoints.filter(channel="webpush").update(state="disabled", code="http 410")
    Slice.objects.filter(channel="webpush").update(due_at=clock.now() - timedelta(hours=1))
    taken = take("webpush")
    settle(taken.lost, taken.tries, taken.slices)
    assert [parcel.address for parcel in take("email").parcels] == ["kim@mail.example"]


def test_the_two_days_of_trying_begin_at_its_hour(kim: Guardian) -> None:
    keep(kim, digest_later())
    batch = release_to([kim], urgency=Urgency.LEAFLET, may_wait=True)
    hour_comes()
    end(take("webpush", "leaflet"), Verdict.TRANSIENT)
    Batch.objects.update(released_at=clock.now() - timedelta(hours=60))
    Slice.objects.update(due_at=an_hour(-30))
    sweep()
    row = Delivery.objects.select_related("batch").get(batch=batch, channel="webpush")
    assert row.status == "queued"
    assert give_up_at(row) > clock.now()
    Slice.objects.update(due_at=an_hour(-50))
    sweep()
    row.refresh_from_db()
    assert row.status == "failed"
    assert give_up_at(row) < clock.now()


@pytest.mark.parametrize("urgency", CAN_WAIT)
def test_the_statement_says_what_the_function_says(cast: Cast, urgency: Urgency) -> None:
    wishes = [
        Wish(*pair, digest)
        for pair in ((None, None), (21, 7), (7, 21), (0, 23), (13, 14))
        for digest in (None, 0, 7, 18, 23)
    ]
    people = guardians(2 * len(wishes))
    for number, person in enumerate(people):
        keep(person, wishes[number % len(wishes)])
        if number < len(wishes):
            device(person)
    for deadline in (None, clock.now() + timedelta(hours=9)):
        batch = release_to(people, urgency=urgency, may_wait=True, deadline=deadline)
        now = batch.slices.filter(channel="email").earliest("due_at").due_at
        due = {one: piece.due_at for piece in batch.slices.all() for one in piece.endpoint_ids}
        for number, person in enumerate(people):
            dues = held(wishes[number % len(wishes)], urgency, batch.released_at, deadline)
            usual = fallback.mail_due(urgency, batch.released_at, deadline)
            has_device = number < len(wishes)
            for one in person.endpoints.all():
                behind = has_device and one.channel == "email"
                expected = dues.mail or usual if behind else dues.first or now
                assert due[one.id] == expected, (wishes[number % len(wishes)], one.channel)


def test_slices_stay_few_and_the_cut_one_statement(cast: Cast) -> None:
    people = guardians(60)
    for number, person in enumerate(people):
        keep(person, Wish(digest_at=number % 24))
    with CaptureQueriesContext(
        connection,
    ) as told:
        batch = release_to(people, may_wait=True)
    cuts = [one for one in told.captured_queries if "INSERT INTO delivery_slice" in one["sql"]]
    assert len(cuts) == 1
    assert 1 < batch.slices.count() <= 25
