"""Write off: rows for what will not be sent any more, so that every endpoint has its end on record."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

from otayori.delivery.status import EXPIRED, STOPPED

# Shut the slices that no worker holds and give each endpoint without a row one that says why. What a worker
# holds at this moment is settled by that worker; the sweep comes back for the rest. Endpoints may have been
# deleted meanwhile.
_SLICES = """
WITH shut AS (
    UPDATE delivery_slice s SET done_at = now(), leased_until = NULL
    FROM delivery_batch b
    WHERE b.id = s.batch_id AND {which} AND s.done_at IS NULL
      AND (s.leased_until IS NULL OR s.leased_until < now())
    RETURNING s.*
)
INSERT INTO delivery_delivery
    (id, batch_id, slice_id, endpoint_id, channel, status, attempt, due_at, code)
SELECT x.id, shut.batch_id, shut.id, x.endpoint_id, shut.channel, 'cancelled', 0, now(), %(code)s
FROM shut
CROSS JOIN LATERAL unnest(shut.delivery_ids, shut.endpoint_ids) AS x(id, endpoint_id)
JOIN delivery_endpoint e ON e.id = x.endpoint_id
ON CONFLICT DO NOTHING
"""

# what waits for another try
_ROWS = """
UPDATE delivery_delivery d SET status = 'cancelled', code = %(code)s
FROM delivery_batch b
WHERE b.id = d.batch_id AND {which} AND d.status = 'queued'
"""

_STOPPED = "b.closed_at IS NULL AND b.stopped_at IS NOT NULL"
_EXPIRED = "b.closed_at IS NULL AND b.deadline <= now()"
_ONE = "b.id = %(batch)s"

_TAKE_BACK = """
INSERT INTO delivery_delivery AS d
    (id, batch_id, slice_id, endpoint_id, channel, status, attempt, due_at, code)
SELECT s.delivery_ids[array_position(s.endpoint_ids, e.id)], s.batch_id, s.id, e.id, s.channel,
       'cancelled', 0, now(), %(code)s
FROM unnest(%(endpoints)s::uuid[]) AS e(id)
JOIN delivery_slice s ON s.done_at IS NULL AND (s.leased_until IS NULL OR s.leased_until < now())
                     AND s.endpoint_ids @> ARRAY[e.id] AND s.batch_id <> ALL(%(but)s)
ON CONFLICT (id) DO UPDATE SET status = 'cancelled', code = %(code)s WHERE d.status = 'queued'
"""

_TAKE_BACK_ROWS = """
UPDATE delivery_delivery SET status = 'cancelled', code = %(code)s
WHERE endpoint_id = ANY(%(endpoints)s) AND status = 'queued' AND batch_id <> ALL(%(but)s)
"""


def stopped(batch_id: UUID | None = None) -> int:
    """Cancel what waits of a stopped batch, or of all (None); returns how many deliveries."""
    return _cancel(_ONE if batch_id else _STOPPED, {"code": STOPPED, "batch": batch_id})


def expired() -> int:
    """Cancel what waits past its deadline: it would be false by now. Returns how many deliveries."""
    return _cancel(_EXPIRED, {"code": EXPIRED})


def take_back(endpoint_ids: Collection[UUID], *, code: str, but: Collection[UUID] = ()) -> int:
    """Cancel all that waits for these endpoints, except of the batches `but`; returns how many deliveries."""
    params: dict[str, Any] = {"endpoints": list(endpoint_ids), "code": code, "but": list(but)}
    with connection.cursor() as cursor:  # a guardian is blocked from a child, or gives an address up
        cursor.execute(_TAKE_BACK, params)
        count = cursor.rowcount
        cursor.execute(_TAKE_BACK_ROWS, params)
        return int(count + cursor.rowcount)


def _cancel(which: str, params: dict[str, Any]) -> int:
    with connection.cursor() as cursor:  # the stop button; the sweep
        cursor.execute(_SLICES.format(which=which), params)
        count = cursor.rowcount
        cursor.execute(_ROWS.format(which=which), params)
        return int(count + cursor.rowcount)
