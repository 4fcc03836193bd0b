"""Claim, settle, sweep on a real database: nothing twice, nothing lost, turns are taken."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from otayori.delivery import health, progress, release
from otayori.delivery.claim import Contents, claim, due_lanes
from otayori.delivery.models import Batch, Delivery, Endpoint, Worker
from otayori.delivery.parcel import Outcome, Urgency, Verdict
from otayori.delivery.settle import settle
from otayori.delivery.sweep import sweep
from tests.cast import Cast
from tests.delivery.ledger import guardians, release_to

pytestmark = pytest.mark.django_db


def take(lane: str = "normal", limit: int = 100) -> list[int]:
    return [parcel.delivery_id for parcel in claim(lane, "email", limit, {}).parcels]


def state(delivery_id: int) -> tuple[str, int]:
    row = Delivery.objects.get(id=delivery_id)
    return row.status, row.attempt


def test_a_parcel_carries_the_address_and_the_words(cast: Cast) -> None:
    release_to([cast.kim])
    (parcel,) = claim("normal", "email", 10, {}).parcels
    assert parcel.address == "kim@mail.example"
    assert parcel.content.title == "明日の遠足"
    assert parcel.content.url.endswith("/m/1")


def test_nothing_is_claimed_twice(cast: Cast) -> None:
    release_to(guardians(30))
    first, second = take(limit=20), take(limit=20)
    assert len(first) == 20
    assert len(second) == 10
    assert not set(first) & set(second)
    assert take() == []


def test_batches_of_a_lane_take_turns(cast: Cast) -> None:
    big = release_to(guardians(40), school=cast.sakura)
    small = release_to([cast.kim], school=cast.kashiwa)
    claimed = claim("normal", "email", 10, {}).parcels
    assert {parcel.content.batch_id for parcel in claimed} == {big.id, small.id}


def test_lanes_do_not_mix(cast: Cast) -> None:
    release_to([cast.kim], urgency=Urgency.LEAFLET)
    assert take("emergency") == take("normal") == []
    assert due_lanes() == {("leaflet", "email")}


def test_settling_writes_each_outcome(cast: Cast) -> None:
    release_to(guardians(5))
    taken = claim("normal", "email", 10, {})
    a, b, c, d, e = sorted(taken.attempts)
    settle(
        [
            Outcome(a, Verdict.SENT, "250"),
            Outcome(b, Verdict.PERMANENT, "550 5.1.1", endpoint_dead=True),
            Outcome(c, Verdict.TRANSIENT, "451"),
            Outcome(d, Verdict.THROTTLED, "421", retry_after=30),
            Outcome(e, Verdict.UNKNOWN, "timeout"),
        ],
        taken.attempts,
    )
    assert state(a) == ("sent", 1)
    assert state(b) == ("failed", 1)
    assert state(c) == ("queued", 1)
    assert state(d) == ("queued", 0)  # a pause that was asked for burns no try
    assert state(e) == ("queued", 1)
    assert Delivery.objects.get(id=a).sent_at is not None
    assert Delivery.objects.get(id=d).due_at > timezone.now() + timedelta(seconds=25)
    assert Delivery.objects.get(id=b).endpoint.state == Endpoint.State.DISABLED
    assert take() == []  # nothing is due yet


def test_a_dead_address_gets_nothing_more_of_other_batches(cast: Cast) -> None:
    release_to([cast.kim], urgency=Urgency.EMERGENCY)
    release_to([cast.kim])
    taken = claim("emergency", "email", 10, {})
    settle(
        [Outcome(next(iter(taken.attempts)), Verdict.PERMANENT, "550 5.1.1", endpoint_dead=True)],
        taken.attempts,
    )
    assert not due_lanes()
    assert set(Delivery.objects.values_list("status", "code")) == {("failed", "550 5.1.1")}


def test_what_went_out_counts_even_when_its_lease_had_run_out(cast: Cast) -> None:
    release_to([cast.kim])
    taken = claim("normal", "email", 10, {})
    (row,) = taken.attempts
    Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert sweep() == 1
    assert state(row) == ("queued", 1)
    settle([Outcome(row, Verdict.SENT, "250")], taken.attempts)
    assert state(row) == ("sent", 1)


def test_an_old_try_does_not_requeue_a_newer_one(cast: Cast) -> None:
    release_to([cast.kim])
    old = claim("normal", "email", 10, {})
    (row,) = old.attempts
    Delivery.objects.update(status="queued")
    take()
    settle([Outcome(row, Verdict.TRANSIENT, "451")], old.attempts)
    assert state(row) == ("sending", 2)


def test_past_its_deadline_a_message_is_not_delivered(cast: Cast) -> None:
    batch = release_to([cast.kim], deadline=timezone.now() - timedelta(seconds=1))
    assert take() == []
    sweep()
    assert Delivery.objects.get(batch=batch).code == "expired"
    assert Batch.objects.get(id=batch.id).closed_at is not None


def test_stop_holds_back_all_that_waits(cast: Cast) -> None:
    batch = release_to(guardians(10))
    sent = claim("normal", "email", 4, {})
    assert release.stop(batch, timezone.now()) == 6
    settle([Outcome(row, Verdict.SENT, "250") for row in sent.attempts], sent.attempts)
    (mail,) = progress.progress(batch)
    assert (mail.done, mail.cancelled, mail.waiting, mail.percent) == (4, 6, 0, 100)


def test_trying_ends_after_two_days(cast: Cast) -> None:
    batch = release_to([cast.kim])
    Delivery.objects.update(attempt=50, code="connect")
    Batch.objects.update(released_at=timezone.now() - timedelta(hours=49))
    sweep()
    assert Delivery.objects.get(batch=batch).status == "failed"


def test_an_address_that_cannot_be_read_fails_alone(cast: Cast) -> None:
    release_to([cast.kim, cast.yamada])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE delivery_endpoint SET address = %s WHERE guardian_id = %s", [b"junk", cast.kim.id]
        )
    taken = claim("normal", "email", 10, {})
    assert [parcel.address for parcel in taken.parcels] == ["yamada@mail.example"]
    assert [outcome.code for outcome in taken.lost] == ["unreadable"]


def test_content_is_read_once_for_all_chunks(cast: Cast, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    release_to(guardians(20))
    contents: Contents = {}
    claim("normal", "email", 5, contents)
    with django_assert_num_queries(1):
        claim("normal", "email", 5, contents)


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
