"""Retry: send what has failed once more, by the word of an operator who says why.

This is the one way from failed back to queued. The engine never takes it (`status.MOVES`): an address that
said no for good is not asked again by a machine.
"""

from uuid import UUID

from django.db import connection, transaction

from otayori.core import audit, clock
from otayori.delivery.models import Batch
from otayori.delivery.release import wake


class CannotRetry(Exception):
    """The batch is over; `why` is "stopped" or "expired"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


# Only addresses still in use: one that is gone was told so by the other side, or given up by its owner. The
# attempts are counted anew. A batch older than status.GIVE_UP_AFTER gets one try a row.
_REQUEUE = """
UPDATE delivery_delivery d
SET status = 'queued', attempt = 0, code = '', due_at = now(), leased_until = NULL, sent_at = NULL
FROM delivery_endpoint e
WHERE d.batch_id = %s AND d.status = 'failed' AND starts_with(d.code, %s)
  AND e.id = d.endpoint_id AND e.state = 'active'
"""


@transaction.atomic
def retry_failed(batch_id: UUID, *, reason: str, prefix: str = "") -> int:
    """Queue the failed deliveries of a batch again; returns how many.

    `prefix`: only those whose code begins so ("connect", "4"). `reason` goes into the log of deeds; it must
    not be empty. Raises `Batch.DoesNotExist`, `CannotRetry`, and ValueError for an empty reason.
    """
    if not reason.strip():
        raise ValueError("a reason is needed")
    batch = Batch.objects.select_for_update().get(id=batch_id)  # or a sweep may close it over these rows
    if batch.stopped_at is not None:
        raise CannotRetry("stopped")
    if batch.deadline is not None and batch.deadline <= clock.now():
        raise CannotRetry("expired")
    with connection.cursor() as cursor:  # otayori deliveries retry-failed
        cursor.execute(_REQUEUE, [batch.id, prefix])
        count = int(cursor.rowcount)
    if count:
        Batch.objects.filter(id=batch.id).update(closed_at=None)
        wake(batch.lane)
    audit.record(
        "deliveries retried",
        school_id=batch.school_id,
        object_id=batch.id,
        reason=reason.strip()[:200],
        code=prefix,
        deliveries=count,
    )
    return count
