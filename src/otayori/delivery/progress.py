"""Progress: how far a batch is, counted from its slices and rows each time it is asked."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from otayori.delivery.models import Batch, ChannelName
from otayori.delivery.status import EXPIRED, OPEN, READ, Status

LATELY = timedelta(seconds=15)  # what the pace is measured by

# What is in open slices and has no row yet waits: now, or until mail goes to those who have not read. The
# fifth column tells whether a slice is due later; NULL: of a row whose slice is done.
_COUNT = """
SELECT batch_id, channel, 'cut', '', due_at > now(), sum(size), min(due_at), 0, NULL
FROM delivery_slice WHERE batch_id = ANY(%(batches)s) AND done_at IS NULL
GROUP BY 1, 2, 5
UNION ALL
SELECT d.batch_id, d.channel, d.status, CASE WHEN d.code IN ('read', 'expired') THEN d.code ELSE '' END,
       s.due_at > now(), count(*), NULL,
       count(*) FILTER (WHERE d.sent_at > now() - %(lately)s * interval '1 second'), max(d.sent_at)
FROM delivery_delivery d LEFT JOIN delivery_slice s ON s.id = d.slice_id AND s.done_at IS NULL
WHERE d.batch_id = ANY(%(batches)s)
GROUP BY 1, 2, 3, 4, 5
"""

_WAITING = """
SELECT DISTINCT e.guardian_id
FROM delivery_slice s
CROSS JOIN LATERAL unnest(s.delivery_ids, s.endpoint_ids) AS x(id, endpoint_id)
JOIN delivery_endpoint e ON e.id = x.endpoint_id
WHERE s.batch_id = ANY(%s) AND s.done_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM delivery_delivery d WHERE d.id = x.id)
"""


@dataclass(frozen=True)
class ChannelProgress:
    """Deliveries of one batch on one channel; each counts in one number alone."""

    channel: str
    waiting: int  # to go out now: queued, being sent, or between two tries
    done: int
    failed: int
    cancelled: int  # stopped, withheld, address given up
    later: int  # mails that wait whether the push is read
    later_at: datetime | None  # when the first of them is due
    spared: int  # mails not sent since the push was read
    expired: int  # not handed over before the deadline
    recent: int  # handed over within the last `LATELY`
    last_sent_at: datetime | None

    @property
    def label(self) -> str:
        return str(ChannelName(self.channel).label)

    @property
    def open(self) -> int:
        """What a stop would hold back."""
        return self.waiting + self.later

    @property
    def total(self) -> int:
        """All but what has no turn (yet)."""
        return self.waiting + self.done + self.failed + self.cancelled + self.expired

    @property
    def percent(self) -> int:
        """Share that is settled, 0 to 100; 100 only when nothing waits to be sent now."""
        return 100 if self.total == 0 else 100 * (self.total - self.waiting) // self.total


class _Count(NamedTuple):
    channel: str
    status: str  # of rows; "cut" for what open slices hold, with a row or without
    code: str
    is_later: bool | None
    size: int
    due_at: datetime | None
    recent: int
    last_sent_at: datetime | None


def progress(batch: Batch) -> list[ChannelProgress]:
    """Return the progress by channel, push first. One statement."""
    return progress_of([batch.id])[batch.id]


def progress_of(batch_ids: Collection[UUID]) -> dict[UUID, list[ChannelProgress]]:
    """Return what `progress` does, for some batches at once. One statement."""
    counts: dict[UUID, dict[str, list[_Count]]] = {batch_id: defaultdict(list) for batch_id in batch_ids}
    with connection.cursor() as cursor:  # the progress page, every few seconds while something waits
        cursor.execute(_COUNT, {"batches": list(batch_ids), "lately": LATELY.total_seconds()})
        for batch_id, channel, *row in cursor.fetchall():
            counts[batch_id][channel].append(_Count(channel, *row))
    return {
        batch_id: [_of_channel(channel, of_it) for channel, of_it in sorted(found.items(), reverse=True)]
        for batch_id, found in counts.items()
    }


def _of_channel(channel: str, counts: list[_Count]) -> ChannelProgress:
    cut = {bool(row.is_later): row for row in counts if row.status == "cut"}
    rows = [row for row in counts if row.status != "cut"]
    by: dict[str, int] = defaultdict(int)
    for row in rows:
        by[row.status] += row.size
    spared = sum(row.size for row in rows if row.code == READ)
    expired = sum(row.size for row in rows if (row.status, row.code) == (Status.CANCELLED, EXPIRED))

    def rowless(later: bool) -> int:
        written = sum(row.size for row in rows if row.is_later is later)
        return cut[later].size - written if later in cut else 0

    return ChannelProgress(
        channel=channel,
        waiting=rowless(later=False) + sum(by[status] for status in OPEN),
        done=by[Status.SENT] + by[Status.DELIVERED],
        failed=by[Status.FAILED],
        cancelled=by[Status.CANCELLED] - spared - expired,
        later=(later := rowless(later=True)),
        later_at=cut[True].due_at if later else None,
        spared=spared,
        expired=expired,
        recent=sum(row.recent for row in rows),
        last_sent_at=max((row.last_sent_at for row in rows if row.last_sent_at), default=None),
    )


def waiting_guardians(*batch_ids: UUID) -> set[UUID]:
    """Return the guardians for whom some address has not been tried yet in one of these batches."""
    with connection.cursor() as cursor:  # the report of a message
        cursor.execute(_WAITING, [list(batch_ids)])
        return {guardian_id for (guardian_id,) in cursor.fetchall()}
