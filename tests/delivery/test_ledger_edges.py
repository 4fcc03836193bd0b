"""Corners of the ledger: batches that stay open, texts that can't be read, leases of slow chunks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from otayori.delivery import health, release
from otayori.delivery.claim import Claim, claim, renew
from otayori.delivery.contents import Contents
from otayori.delivery.models import Batch, BatchContent, Delivery, Slice
from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.settle import settle
from otayori.delivery.sweep import sweep
from tests.cast import Cast
from tests.delivery.ledger import guardians, release_to, write_rows

pytestmark = pytest.mark.django_db


def take(limit: int = 10) -> Claim:
    return claim("normal", "email", limit, Contents())


def test_what_comes_back_to_a_stopped_batch_is_cancelled_too(cast: Cast) -> None:
    batch = release_to(guardians(10))
    taken = take()
    release.stop(batch, timezone.now())
    settle([Outcome(row, Verdict.TRANSIENT, "451") for row in taken.tries], taken.tries, taken.slices)
    sweep()
    assert set(batch.deliveries.values_list("status", "code")) == {("cancelled", "stopped")}
    assert Batch.objects.get(id=batch.id).closed_at is not None


def test_what_a_stopped_worker_had_sent_is_told_as_sent(cast: Cast) -> None:
    batch = release_to([cast.kim])
    taken = take()
    Slice.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    release.stop(batch, timezone.now())
    assert batch.deliveries.get().code == "stopped"
    settle([Outcome(next(iter(taken.tries)), Verdict.SENT, "250")], taken.tries, taken.slices)
    assert batch.deliveries.get().status == "sent"


def test_batches_that_only_wait_for_a_retry_take_no_turn(cast: Cast) -> None:
    for _ in range(60):
        release_to([cast.kim])
    write_rows()
    Delivery.objects.update(due_at=timezone.now() + timedelta(hours=1))  # a full mailbox, for days
    release_to(guardians(100))
    assert len(take(100).parcels) == 100


def test_a_text_that_cannot_be_read_holds_up_nobody_else(cast: Cast) -> None:
    broken, fine = release_to([cast.kim]), release_to([cast.yamada])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE delivery_batchcontent SET text = %s WHERE batch_id = %s", [b"junk", broken.id])
    taken = take()
    assert [parcel.content.batch_id for parcel in taken.parcels] == [fine.id]
    assert [(outcome.verdict, outcome.code) for outcome in taken.lost] == [
        (Verdict.TRANSIENT, "text unreadable")
    ]


def test_a_batch_without_text_is_not_the_end_of_the_worker(cast: Cast) -> None:
    batch = release_to([cast.kim])
    BatchContent.objects.filter(batch=batch).delete()
    assert [outcome.code for outcome in take().lost] == ["text unreadable"]


def test_a_guardian_who_is_deleted_meanwhile_takes_nothing_down(cast: Cast) -> None:
    batch = release_to([cast.kim, cast.yamada])
    taken = take()
    cast.kim.delete()
    settle([Outcome(row, Verdict.SENT, "250") for row in taken.tries], taken.tries, taken.slices)
    assert [row.endpoint.guardian for row in batch.deliveries.all()] == [cast.yamada]


def test_what_is_still_on_its_way_keeps_its_lease(cast: Cast) -> None:
    release_to(guardians(3))
    write_rows()
    slow, *quick = sorted(take().tries)
    Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    renew({}, [slow])
    assert sweep() == 2
    assert Delivery.objects.get(id=slow).status == "sending"
    renew({}, quick)  # lost already: nothing to lengthen
    assert set(Delivery.objects.filter(id__in=quick).values_list("leased_until", flat=True)) == {None}


def test_a_worker_that_was_away_too_long_does_not_renew_what_another_has(cast: Cast) -> None:
    release_to([cast.kim])
    late = take()
    Slice.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert take()
    until = Slice.objects.get().leased_until
    renew(late.slices, [])
    assert Slice.objects.get().leased_until == until


@pytest.mark.parametrize("code", ["connect", "connect 554 5.7.1", "connect dns", "tls", "auth"])
def test_every_way_not_to_reach_a_relay_is_trouble(code: str) -> None:
    assert health.verdict_of([Outcome(1, Verdict.TRANSIENT, code)]) == (False, code)
