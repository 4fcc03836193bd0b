"""Fallback: push first, and mail for who has not read by then; at once where no device takes it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from otayori.delivery.parcel import Urgency

# How long the mail of a guardian with a live device waits to be spared. An emergency never waits.
MAIL_AFTER: dict[Urgency, timedelta] = {
    Urgency.EMERGENCY: timedelta(0),
    Urgency.IMPORTANT: timedelta(minutes=10),
    Urgency.NORMAL: timedelta(hours=1),
    Urgency.LEAFLET: timedelta(hours=24),
}

# Which mails wait and need not be sent any more: their slice is not due yet, or they wait for another try.
_SPARE = """
INSERT INTO delivery_delivery AS d
    (id, batch_id, slice_id, endpoint_id, channel, status, attempt, due_at, code)
SELECT s.delivery_ids[array_position(s.endpoint_ids, e.id)], s.batch_id, s.id, e.id, s.channel,
       'cancelled', 0, now(), 'read'
FROM delivery_endpoint e
JOIN delivery_slice s ON s.batch_id = ANY(%(batches)s) AND s.done_at IS NULL AND s.due_at > now()
                     AND s.endpoint_ids @> ARRAY[e.id]
WHERE e.guardian_id = %(guardian)s
ON CONFLICT (id) DO UPDATE SET status = 'cancelled', code = 'read' WHERE d.status = 'queued'
"""

# The mails that wait for guardians none of whose devices took the push or may still take it. A device without
# a row has not been tried yet, or is newer than the message.
_HASTEN = """
WITH failed AS (
    SELECT DISTINCT d.batch_id, e.guardian_id
    FROM delivery_delivery d JOIN delivery_endpoint e ON e.id = d.endpoint_id
    WHERE d.id = ANY(%s) AND d.status = 'failed'
), left_alone AS (
    SELECT f.batch_id, f.guardian_id FROM failed f
    WHERE NOT EXISTS (
        SELECT 1 FROM delivery_endpoint o
        LEFT JOIN delivery_delivery d ON d.batch_id = f.batch_id AND d.endpoint_id = o.id
        WHERE o.guardian_id = f.guardian_id AND o.channel = 'webpush' AND o.state = 'active'
          AND (d.id IS NULL OR d.status NOT IN ('failed', 'cancelled')))
)
INSERT INTO delivery_delivery
    (id, batch_id, slice_id, endpoint_id, channel, status, attempt, due_at, code)
SELECT s.delivery_ids[array_position(s.endpoint_ids, e.id)], s.batch_id, s.id, e.id, s.channel,
       'queued', 0, now(), ''
FROM left_alone
JOIN delivery_endpoint e ON e.guardian_id = left_alone.guardian_id AND e.state = 'active'
JOIN delivery_slice s ON s.batch_id = left_alone.batch_id AND s.done_at IS NULL AND s.due_at > now()
                     AND s.endpoint_ids @> ARRAY[e.id]
ON CONFLICT (id) DO NOTHING
"""


def mail_due(urgency: Urgency, released_at: datetime, deadline: datetime | None) -> datetime:
    """Return when the mail of a guardian with a live device goes out, unless it was read by then.

    Before a deadline at the latest half-way to it: a mail that comes with the deadline helps nobody.
    """
    due = released_at + MAIL_AFTER[urgency]
    return due if deadline is None else min(due, released_at + (deadline - released_at) / 2)


def spare(guardian_id: UUID, batch_ids: Collection[UUID]) -> int:
    """Cancel the mails that still wait for a guardian who has read; returns how many. Safe to repeat."""
    with connection.cursor() as cursor:  # receipts, some of a guardian's messages at a time
        cursor.execute(_SPARE, {"guardian": guardian_id, "batches": list(batch_ids)})
        return int(cursor.rowcount)


def hasten(delivery_ids: Collection[int]) -> int:
    """Let the mail go at once where a push has failed for good; returns how many. Safe to repeat.

    `delivery_ids` are those that may have failed. Nothing happens where another device of the guardian has
    taken the message, or may still take it. Workers notice within a second.
    """
    with connection.cursor() as cursor:  # settle: failures of a chunk; a bounce
        cursor.execute(_HASTEN, [list(delivery_ids)])
        return int(cursor.rowcount)
