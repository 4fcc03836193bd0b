"""Sweep: what has to happen although nobody does it now. Conditional UPDATEs, safe to repeat."""

from datetime import datetime

from django.db import connection, transaction

from otayori.delivery import write_off
from otayori.delivery.hold import is_full_hour
from otayori.delivery.models import Delivery, Slice
from otayori.delivery.status import GIVE_UP_AFTER

# a worker died or hung: its rows are due again
_RETURN_LEASES = """
UPDATE delivery_delivery SET status = 'queued', due_at = now(), leased_until = NULL, code = 'lease ran out'
WHERE status = 'sending' AND leased_until < now()
"""

# What was held for a full hour may have its first try on the third day: it is counted from that hour.
_GIVE_UP = """
UPDATE delivery_delivery d SET status = 'failed'
FROM delivery_batch b
WHERE b.id = d.batch_id AND b.closed_at IS NULL AND b.released_at < now() - %(after)s * interval '1 second'
  AND d.status = 'queued' AND d.code <> ''
  AND NOT EXISTS (SELECT 1 FROM delivery_slice s
                  WHERE s.id = d.slice_id AND s.due_at = date_trunc('hour', s.due_at)
                    AND s.due_at > now() - %(after)s * interval '1 second')
"""

_NOTHING_OPEN = """
b.closed_at IS NULL
AND NOT EXISTS (SELECT 1 FROM delivery_slice s WHERE s.batch_id = b.id AND s.done_at IS NULL)
AND NOT EXISTS (
    SELECT 1 FROM delivery_delivery d WHERE d.batch_id = b.id AND d.status IN ('queued', 'sending'))
"""

# Two looks: an operator may be queueing failed rows anew (retry.py), which the first does not see yet. Who
# does so holds the batch locked; once the lock is ours, the second look sees what was done under it.
_CLOSABLE = "SELECT b.id FROM delivery_batch b WHERE" + _NOTHING_OPEN + "FOR UPDATE SKIP LOCKED"  # noqa: S608
_CLOSE = "UPDATE delivery_batch b SET closed_at = now() WHERE b.id = ANY(%s) AND" + _NOTHING_OPEN  # noqa: S608

# a worker died or hung with these: any worker takes them as they are; counted to be told
_LOST_LEASES = """
UPDATE delivery_slice SET leased_until = NULL WHERE done_at IS NULL AND leased_until < now()
"""


def give_up_at(row: Delivery) -> datetime:
    """Return when a delivery that waits for another try is given up: what `_GIVE_UP` says, of one row."""
    piece = Slice.objects.filter(id=row.slice_id).first() if row.slice_id is not None else None
    began = row.batch.released_at
    return (piece.due_at if piece and is_full_hour(piece.due_at) else began) + GIVE_UP_AFTER


def sweep() -> int:
    """Return leases that ran out, expire, stop, give up, close. Returns how many leases came back."""
    with connection.cursor() as cursor:
        cursor.execute(_RETURN_LEASES)
        returned = cursor.rowcount
        cursor.execute(_LOST_LEASES)
        returned += cursor.rowcount
        write_off.expired()
        write_off.stopped()
        cursor.execute(_GIVE_UP, {"after": GIVE_UP_AFTER.total_seconds()})
    _close()
    return int(returned)


@transaction.atomic
def _close() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_CLOSABLE)
        if closable := [batch_id for (batch_id,) in cursor.fetchall()]:
            cursor.execute(_CLOSE, [closable])
