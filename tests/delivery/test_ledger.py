"""Claim, settle, sweep on a real database: nothing twice, nothing lost, turns are taken."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from otayori.delivery import health, progress, release
from otayori.delivery.claim import Claim, claim, due_lanes
from otayori.delivery.contents import Contents
from otayori.delivery.models import Batch, Delivery, Endpoint, Slice, Worker
from otayori.delivery.parcel import Outcome, Urgency, Verdict
from otayori.delivery.settle import settle
from otayori.delivery.sweep import sweep
from tests.cast import Cast
from tests.delivery.ledger import guardians, release_to

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "SLICE", 10)


def take(lane: str = "normal", limit: int = 10) -> Claim:
    return claim(lane, "email", limit, Contents())


def ids(taken: Claim) -> list[int]:
    return [parcel.delivery_id for parcel in taken.parcels]


def sent(taken: Claim) -> None:
    """All of it has gone out."""
    settle([Outcome(number, Verdict.SENT, "250") for number in taken.tries], taken.tries, taken.slices)


def lose_leases() -> None:
    """As if the time of every lease had passed."""
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(leased_until__isnull=False).update(leased_until=past)
    Slice.objects.filter(leased_until__isnull=False).update(leased_until=past)


def try_in_vain() -> Claim:
    """Claim all, and let it be due again at once."""
    taken = take(limit=1000)
    settle([Outcome(n, Verdict.TRANSIENT, "451") for n in taken.tries], taken.tries, taken.slices)
    Delivery.objects.filter(status="queued").update(due_at=timezone.now() - timedelta(days=1))
    return taken


def state(delivery_id: int) -> tuple[str, int]:
    row = Delivery.objects.get(id=delivery_id)
    return row.status, row.attempt


def test_a_parcel_carries_the_address_and_the_words(cast: Cast) -> None:
    release_to([cast.kim])
    (parcel,) = take().parcels
    assert parcel.address == "kim@mail.example"
    assert parcel.content.title == "明日の遠足"
    assert parcel.content.url.endswith("/m/1")


def test_nothing_is_claimed_twice(cast: Cast) -> None:
    release_to(guardians(25))
    claims = [ids(take()) for _ in range(3)]
    assert sorted(map(len, claims)) == [5, 10, 10]
    assert len({number for claimed in claims for number in claimed}) == 25
    assert not take()


def test_what_was_claimed_and_settled_is_what_was_released_each_once(cast: Cast) -> None:
    people = guardians(25)
    batch = release_to(people)
    while taken := take():
        sent(taken)
    rows = Delivery.objects.filter(batch=batch, status="sent", attempt=1)
    assert sorted(row.endpoint.guardian_id for row in rows) == sorted(person.id for person in people)
    sweep()
    assert Batch.objects.get(id=batch.id).closed_at is not None


def test_batches_of_a_lane_take_turns(cast: Cast) -> None:
    big = release_to(guardians(40), school=cast.sakura)
    small = release_to([cast.kim], school=cast.kashiwa)
    first = [parcel.content.batch_id for _ in range(2) for parcel in take().parcels]
    assert set(first) == {big.id, small.id}


def test_small_batches_are_claimed_together(cast: Cast) -> None:
    small = [release_to([person]) for person in guardians(5)]
    assert {parcel.content.batch_id for parcel in take().parcels} == {batch.id for batch in small}


def test_lanes_do_not_mix(cast: Cast) -> None:
    release_to([cast.kim], urgency=Urgency.LEAFLET)
    assert not take("emergency")
    assert not take("normal")
    assert due_lanes() == {("leaflet", "email")}


def test_settling_writes_each_outcome(cast: Cast) -> None:
    release_to(guardians(5))
    taken = take()
    a, b, c, d, e = sorted(taken.tries)
    settle(
        [
            Outcome(a, Verdict.SENT, "250"),
            Outcome(b, Verdict.PERMANENT, "550 5.1.1", endpoint_dead=True),
            Outcome(c, Verdict.TRANSIENT, "451"),
            Outcome(d, Verdict.THROTTLED, "421", retry_after=30),
            Outcome(e, Verdict.UNKNOWN, "timeout"),
        ],
        taken.tries,
        taken.slices,
    )
    assert state(a) == ("sent", 1)
    assert state(b) == ("failed", 1)
    assert state(c) == ("queued", 1)
    assert state(d) == ("queued", 0)  # a pause that was asked for burns no try
    assert state(e) == ("queued", 1)
    assert Delivery.objects.get(id=a).sent_at is not None
    assert Delivery.objects.get(id=d).due_at > timezone.now() + timedelta(seconds=25)
    assert Delivery.objects.get(id=b).endpoint.state == Endpoint.State.DISABLED
    assert not take()  # nothing is due yet


def test_another_try_is_settled_like_the_first(cast: Cast) -> None:
    release_to(guardians(4))
    try_in_vain()
    taken = take()
    a, b, c, d = sorted(taken.tries)
    assert state(a) == ("sending", 2)
    settle(
        [
            Outcome(a, Verdict.SENT, "250"),
            Outcome(b, Verdict.PERMANENT, "550 5.1.1", endpoint_dead=True),
            Outcome(c, Verdict.TRANSIENT, "451"),
            Outcome(d, Verdict.THROTTLED, "421"),
        ],
        taken.tries,
    )
    assert [state(row) for row in (a, b, c, d)] == [("sent", 2), ("failed", 2), ("queued", 2), ("queued", 1)]


def test_a_dead_address_gets_nothing_more_of_other_batches(cast: Cast) -> None:
    release_to([cast.kim])
    try_in_vain()
    release_to([cast.kim])
    release_to([cast.kim], urgency=Urgency.EMERGENCY)
    taken = take("emergency")
    dead = [Outcome(next(iter(taken.tries)), Verdict.PERMANENT, "550 5.1.1", endpoint_dead=True)]
    settle(dead, taken.tries, taken.slices)
    untried = take()  # the one that had no row yet
    assert not untried.parcels
    settle(untried.lost, untried.tries, untried.slices)
    assert not due_lanes()
    assert list(Delivery.objects.values_list("status", "code")) == [("failed", "550 5.1.1")] * 3


def test_a_slice_whose_worker_died_is_taken_up_where_it_was(cast: Cast) -> None:
    release_to(guardians(10))
    lost = take()
    half = dict(list(lost.tries.items())[:5])
    settle([Outcome(number, Verdict.SENT, "250") for number in half], half)
    assert not take()
    lose_leases()
    assert due_lanes() == {("normal", "email")}
    again = take()
    assert set(again.tries) == set(lost.tries) - set(half)


@pytest.mark.parametrize("tried_before", [False, True])
def test_what_went_out_counts_even_when_its_lease_had_run_out(cast: Cast, tried_before: bool) -> None:
    release_to([cast.kim])
    if tried_before:
        try_in_vain()
    taken = take()
    (number,) = taken.tries
    lose_leases()
    assert sweep() == 1
    later = take()  # another worker
    assert list(later.tries) == [number]
    sent(taken)
    settle([Outcome(number, Verdict.TRANSIENT, "timeout")], later.tries, later.slices)
    assert state(number)[0] == "sent"


def test_an_old_try_does_not_requeue_a_newer_one(cast: Cast) -> None:
    release_to([cast.kim])
    try_in_vain()
    old = take()
    (row,) = old.tries
    Delivery.objects.update(status="queued")
    take()
    settle([Outcome(row, Verdict.TRANSIENT, "451")], old.tries)
    assert state(row) == ("sending", 3)


def test_past_its_deadline_a_message_is_not_delivered(cast: Cast) -> None:
    batch = release_to([cast.kim], deadline=timezone.now() - timedelta(seconds=1))
    assert not take()
    assert not due_lanes()
    sweep()
    assert Delivery.objects.get(batch=batch).code == "expired"
    assert Batch.objects.get(id=batch.id).closed_at is not None


def test_stop_holds_back_all_that_waits(cast: Cast) -> None:
    batch = release_to(guardians(25))
    held = take()
    assert release.stop(batch, timezone.now()) == 25 - len(held.tries)
    sent(held)
    (mail,) = progress.progress(batch)
    assert (mail.done, mail.waiting, mail.percent) == (len(held.tries), 0, 100)
    assert mail.cancelled == 25 - mail.done


def test_progress_counts_what_has_no_row_yet(cast: Cast) -> None:
    batch = release_to(guardians(25))
    (mail,) = progress.progress(batch)
    assert (mail.waiting, mail.done, mail.total, mail.percent) == (25, 0, 25, 0)
    sent(take(limit=1))
    (mail,) = progress.progress(batch)
    assert mail.waiting + mail.done == mail.total == 25
    assert mail.done > 0


def test_trying_ends_after_two_days(cast: Cast) -> None:
    batch = release_to([cast.kim])
    try_in_vain()
    Batch.objects.update(released_at=timezone.now() - timedelta(hours=49))
    sweep()
    assert Delivery.objects.get(batch=batch).status == "failed"


def test_an_address_that_cannot_be_read_fails_alone(cast: Cast) -> None:
    release_to([cast.kim, cast.yamada])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE delivery_endpoint SET address = %s WHERE guardian_id = %s", [b"junk", cast.kim.id]
        )
    taken = take()
    assert [parcel.address for parcel in taken.parcels] == ["yamada@mail.example"]
    assert [outcome.code for outcome in taken.lost] == ["unreadable"]


def test_content_is_read_once_for_all_claims(cast: Cast, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    release_to(guardians(20))
    contents = Contents()
    claim("normal", "email", 10, contents)
    with django_assert_num_queries(2):  # what is new, what is tried again
        claim("normal", "email", 10, contents)


def test_trouble_is_told_until_it_is_over(cast: Cast) -> None:
    assert [trouble.code for trouble in health.troubles()] == ["no worker"]
    Worker.objects.create(host="here", started_at=timezone.now(), seen_at=timezone.now())
    health.note("email", works=False, code="connect")
    since = health.troubles()[0].since
    health.note("email", works=False, code="connect")
    assert health.troubles()[0].since == since
    health.note("email", works=True, code="")
    assert health.troubles() == []


@pytest.mark.parametrize(
    ("outcomes", "judged"),
    [
        (
            [Outcome(1, Verdict.TRANSIENT, "connect"), Outcome(2, Verdict.TRANSIENT, "connect")],
            (False, "connect"),
        ),
        ([Outcome(1, Verdict.TRANSIENT, "connect"), Outcome(2, Verdict.SENT, "250")], (True, "")),
        ([Outcome(1, Verdict.PERMANENT, "550")], (True, "")),
        ([Outcome(1, Verdict.TRANSIENT, "451")], None),
    ],
)
def test_a_chunk_tells_how_the_channel_fares(
    outcomes: list[Outcome], judged: tuple[bool, str] | None
) -> None:
    assert health.verdict_of(outcomes) == judged
