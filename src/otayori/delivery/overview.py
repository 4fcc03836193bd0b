"""Overview: what stands in the ledger now, for an operator. Ids, lanes, codes and numbers; no names."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from otayori.core import clock
from otayori.delivery.health import WORKER_GONE_AFTER
from otayori.delivery.models import Delivery, Endpoint, Slice, Worker
from otayori.delivery.status import Status


@dataclass(frozen=True)
class OpenBatch:
    """The deliveries of an open batch on one channel, with a row or without."""

    batch_id: UUID
    lane: str
    channel: str
    released_at: datetime
    stopped: bool
    due: int  # their turn has come
    resting: int  # between two tries or held back by a pause
    later: int  # mails that wait whether the push is read
    sending: int  # with a worker
    failed: int
    oldest_due: datetime | None

    @property
    def is_open(self) -> bool:
        return bool(self.due or self.resting or self.later or self.sending)


# What a slice holds and has no row yet shares the fate of the slice; those with a row are taken off again.
# Only rows of open batches are read, by the index of "delivery_once".
_OPEN = """
WITH open AS MATERIALIZED (
    SELECT id, lane, released_at, stopped_at IS NOT NULL AS stopped,
           array_position(ARRAY['emergency', 'important', 'normal', 'leaflet'], lane::text) AS rank
    FROM delivery_batch WHERE closed_at IS NULL
    ORDER BY rank, released_at LIMIT %(limit)s
), cut AS MATERIALIZED (
    SELECT s.id, s.batch_id, s.channel, s.size, s.due_at,
           CASE WHEN s.leased_until > now() THEN 'sending'
                WHEN s.due_at > now() THEN 'later' ELSE 'due' END AS fate
    FROM open JOIN delivery_slice s ON s.batch_id = open.id
    WHERE s.done_at IS NULL
), counted AS (
    SELECT batch_id, channel, fate, size AS n, due_at FROM cut
    UNION ALL
    SELECT d.batch_id, d.channel, cut.fate, -1, NULL
    FROM cut JOIN delivery_delivery d ON d.batch_id = cut.batch_id AND d.slice_id = cut.id
    UNION ALL
    SELECT d.batch_id, d.channel,
           CASE WHEN d.status <> 'queued' THEN d.status WHEN d.due_at > now() THEN 'resting' ELSE 'due' END,
           1, d.due_at
    FROM open JOIN delivery_delivery d ON d.batch_id = open.id
)
SELECT open.id, open.lane, c.channel, open.released_at, open.stopped,
       coalesce(sum(c.n) FILTER (WHERE c.fate = 'due'), 0),
       coalesce(sum(c.n) FILTER (WHERE c.fate = 'resting'), 0),
       coalesce(sum(c.n) FILTER (WHERE c.fate = 'later'), 0),
       coalesce(sum(c.n) FILTER (WHERE c.fate = 'sending'), 0),
       coalesce(sum(c.n) FILTER (WHERE c.fate = 'failed'), 0),
       CASE WHEN sum(c.n) FILTER (WHERE c.fate = 'due') > 0
            THEN min(c.due_at) FILTER (WHERE c.fate = 'due') END
FROM open JOIN counted c ON c.batch_id = open.id
GROUP BY open.id, open.lane, open.released_at, open.stopped, open.rank, c.channel
ORDER BY open.rank, open.released_at, c.channel DESC
"""


def open_batches(limit: int = 200) -> list[OpenBatch]:
    """Return the open batches by lane, the oldest first, a line for each channel; at most `limit` batches."""
    with connection.cursor() as cursor:  # otayori deliveries status
        cursor.execute(_OPEN, {"limit": limit})
        return [OpenBatch(*row) for row in cursor.fetchall()]


def untried(delivery_id: int) -> Delivery | None:
    """Return a delivery that has no row yet, unsaved: as the row that it would have now.

    Looks through the slices that are still open: those of others have rows for all that were tried.
    """
    # otayori deliveries explain DELIVERY_ID
    piece = Slice.objects.filter(done_at=None, delivery_ids__contains=[delivery_id]).first()
    if piece is None:
        return None
    return _as_row(piece, piece.endpoint_ids[piece.delivery_ids.index(delivery_id)], delivery_id)


def untried_of(batch_id: UUID, endpoint_id: UUID) -> Delivery | None:
    """Return what `untried` does, by what is sent and whereto."""
    # otayori deliveries explain --batch --endpoint
    piece = Slice.objects.filter(
        done_at=None, batch_id=batch_id, endpoint_ids__contains=[endpoint_id]
    ).first()
    if piece is None:
        return None
    return _as_row(piece, endpoint_id, piece.delivery_ids[piece.endpoint_ids.index(endpoint_id)])


def _as_row(piece: Slice, endpoint_id: UUID, delivery_id: int) -> Delivery | None:
    endpoint = Endpoint.objects.filter(id=endpoint_id).first()
    if endpoint is None:
        return None
    is_held = piece.leased_until is not None and piece.leased_until > clock.now()
    return Delivery(
        id=delivery_id,
        batch=piece.batch,
        slice=piece,
        endpoint=endpoint,
        channel=piece.channel,
        status=Status.SENDING if is_held else Status.QUEUED,
        due_at=piece.due_at,
        leased_until=piece.leased_until if is_held else None,
    )


def workers_alive() -> list[Worker]:
    """Return the workers that were heard of lately."""
    return list(Worker.objects.filter(seen_at__gt=clock.now() - WORKER_GONE_AFTER).order_by("started_at"))
