"""Another try for what failed: by an operator's word alone, to addresses in use, and it is logged."""

from datetime import timedelta

import pytest
from django.utils import timezone

from otayori.core.models import AuditEntry
from otayori.delivery import release
from otayori.delivery.claim import Claim, claim
from otayori.delivery.contents import Contents
from otayori.delivery.models import Batch, Delivery, Endpoint
from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.retry import CannotRetry, retry_failed
from otayori.delivery.settle import settle
from otayori.delivery.status import MOVES, Status
from otayori.delivery.sweep import sweep
from tests.cast import Cast
from tests.delivery.ledger import guardians, release_to

pytestmark = pytest.mark.django_db


def take() -> Claim:
    return claim("normal", "email", 100, Contents())


def end(taken: Claim, verdict: Verdict, code: str) -> None:
    """All of the claim ends in the same way."""
    told = [Outcome(delivery_id, verdict, code) for delivery_id in taken.tries]
    settle(told, taken.tries, taken.slices)


def failed_batch(count: int = 3, **order: object) -> Batch:
    """A batch that is over: the relay refused everything for good."""
    batch = release_to(guardians(count), **order)
    end(take(), Verdict.PERMANENT, "554 5.7.1")
    sweep()
    batch.refresh_from_db()
    assert batch.closed_at is not None
    return batch


def test_what_failed_goes_out_again_with_its_reason_in_the_log(cast: Cast) -> None:
    batch = failed_batch()
    assert retry_failed(batch.id, reason="中継サーバーの設定を直した") == 3
    taken = take()
    assert {(spoken_of.attempt, spoken_of.slice_id) for spoken_of in taken.tries.values()} == {(1, None)}
    end(taken, Verdict.SENT, "250")
    assert set(Delivery.objects.values_list("status", flat=True)) == {"sent"}
    entry = AuditEntry.objects.get(action="deliveries retried")
    assert entry.object_id == batch.id
    assert entry.detail == {"reason": "中継サーバーの設定を直した", "code": "", "deliveries": 3}
    assert retry_failed(batch.id, reason="もう一度") == 0
    sweep()
    batch.refresh_from_db()
    assert batch.closed_at is not None


def test_dead_addresses_other_codes_and_what_was_sent_stay(cast: Cast) -> None:
    batch = failed_batch(4)
    rows = list(Delivery.objects.order_by("id"))
    Endpoint.objects.filter(id=rows[0].endpoint_id).update(state="disabled")
    Delivery.objects.filter(id=rows[1].id).update(code="550 5.1.1")
    Delivery.objects.filter(id=rows[2].id).update(status="sent")
    assert retry_failed(batch.id, reason="x", prefix="554") == 1
    assert [row.status for row in Delivery.objects.order_by("id")] == ["failed", "failed", "sent", "queued"]
    assert retry_failed(batch.id, reason="x", prefix="%") == 0


def test_what_was_stopped_or_is_too_late_is_over(cast: Cast) -> None:
    stopped = failed_batch()
    release.stop(stopped, timezone.now())
    late = release_to([cast.kim], deadline=timezone.now() - timedelta(minutes=1))
    for batch, why in ((stopped, "stopped"), (late, "expired")):
        with pytest.raises(CannotRetry) as refused:
            retry_failed(batch.id, reason="x")
        assert refused.value.why == why
    with pytest.raises(ValueError, match="reason"):
        retry_failed(stopped.id, reason=" ")


def test_the_engine_has_no_such_move() -> None:
    assert MOVES[Status.FAILED] == frozenset()
