"""Overview: what stands in the ledger now, for an operator. Ids, lanes, codes and numbers; no names."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from otayori.core import clock
from otayori.delivery.health import WORKER_GONE_AFTER
from otayori.delivery.models import Worker
from otayori.delivery.status import PUSH_FIRST


@dataclass(frozen=True)
class OpenBatch:
    """The deliveries of an open batch on one channel."""

    batch_id: UUID
    lane: str
    channel: str
    released_at: datetime
    stopped: bool
    due: int  # queued, and their turn has come
    resting: int  # queued, between two tries or held back by a pause
    later: int  # mails that wait whether the push is read
    sending: int
    failed: int
    oldest_due: datetime | None

    @property
    def is_open(self) -> bool:
        return bool(self.due or self.resting or self.later or self.sending)


_OPEN = """
SELECT b.id, b.lane, d.channel, b.released_at, b.stopped_at IS NOT NULL,
       count(*) FILTER (WHERE d.status = 'queued' AND d.due_at <= now()),
       count(*) FILTER (WHERE d.status = 'queued' AND d.due_at > now() AND d.code <> %(push_first)s),
       count(*) FILTER (WHERE d.status = 'queued' AND d.due_at > now() AND d.code = %(push_first)s),
       count(*) FILTER (WHERE d.status = 'sending'),
       count(*) FILTER (WHERE d.status = 'failed'),
       min(d.due_at) FILTER (WHERE d.status = 'queued' AND d.due_at <= now())
FROM delivery_batch b JOIN delivery_delivery d ON d.batch_id = b.id
WHERE b.closed_at IS NULL
GROUP BY b.id, d.channel
ORDER BY array_position(ARRAY['emergency', 'important', 'normal', 'leaflet'], b.lane::text),
         b.released_at, d.channel DESC
LIMIT %(limit)s
"""


def open_batches(limit: int = 200) -> list[OpenBatch]:
    """Return the open batches by lane, the oldest first, a line for each channel."""
    with connection.cursor() as cursor:  # otayori deliveries status
        cursor.execute(_OPEN, {"push_first": PUSH_FIRST, "limit": limit})
        return [OpenBatch(*row) for row in cursor.fetchall()]


def workers_alive() -> list[Worker]:
    """Return the workers that were heard of lately."""
    return list(Worker.objects.filter(seen_at__gt=clock.now() - WORKER_GONE_AFTER).order_by("started_at"))
