"""Sweep: what has to happen although nobody does it now. Conditional UPDATEs, safe to repeat."""

from django.db import connection

from otayori.delivery.status import GIVE_UP_AFTER

# a worker died or hung: its rows are due again
_RETURN_LEASES = """
UPDATE delivery_delivery SET status = 'queued', due_at = now(), leased_until = NULL, code = 'lease ran out'
WHERE status = 'sending' AND leased_until < now()
"""

# past its deadline a message is not delivered: it would be false by now
_EXPIRE = """
UPDATE delivery_delivery d SET status = 'cancelled', code = 'expired'
FROM delivery_batch b
WHERE b.id = d.batch_id AND b.closed_at IS NULL AND b.deadline <= now() AND d.status = 'queued'
"""

# rows that were under way when their batch was stopped, and came back to be tried again
_STOP = """
UPDATE delivery_delivery d SET status = 'cancelled', code = 'stopped'
FROM delivery_batch b
WHERE b.id = d.batch_id AND b.closed_at IS NULL AND b.stopped_at IS NOT NULL AND d.status = 'queued'
"""

_GIVE_UP = """
UPDATE delivery_delivery d SET status = 'failed'
FROM delivery_batch b
WHERE b.id = d.batch_id AND b.closed_at IS NULL AND b.released_at < now() - %s * interval '1 second'
  AND d.status = 'queued' AND d.code <> ''
"""

_CLOSE = """
UPDATE delivery_batch b SET closed_at = now()
WHERE b.closed_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM delivery_delivery d WHERE d.batch_id = b.id AND d.status IN ('queued', 'sending'))
"""


def sweep() -> int:
    """Return leases that ran out, expire, stop, give up, close. Returns how many deliveries came back."""
    with connection.cursor() as cursor:
        cursor.execute(_RETURN_LEASES)
        returned = cursor.rowcount
        cursor.execute(_EXPIRE)
        cursor.execute(_STOP)
        cursor.execute(_GIVE_UP, [GIVE_UP_AFTER.total_seconds()])
        cursor.execute(_CLOSE)
    return int(returned)
