"""Progress: how far a batch is, counted from its slices and rows each time it is asked."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from otayori.delivery.models import Batch, ChannelName
from otayori.delivery.preferences import HELD
from otayori.delivery.status import EXPIRED, OPEN, READ, Status

LATELY = timedelta(seconds=15)  # what the pace is measured by

# What is in open slices and has no row yet waits: now; later, until mail goes to those who have not read; or
# held, until the hour that the guardian has chosen. The fifth column tells which; NULL: of a row whose slice
# is done.
_TURN = f"CASE WHEN {HELD} THEN 'held' WHEN s.due_at > now() THEN 'later' ELSE 'now' END"
_COUNT = f"""
SELECT s.batch_id, s.channel, 'cut', '', {_TURN}, sum(s.size), min(s.due_at), 0, NULL
FROM delivery_slice s WHERE s.batch_id = ANY(%(batches)s) AND s.done_at IS NULL
GROUP BY 1, 2, 5
UNION ALL
SELECT d.batch_id, d.channel, d.status, CASE WHEN d.code IN ('read', 'expired') THEN d.code ELSE '' END,
       CASE WHEN s.id IS NOT NULL THEN {_TURN} END, count(*), NULL,
       count(*) FILTER (WHERE d.sent_at > now() - %(lately)s * interval '1 second'), max(d.sent_at)
FROM delivery_delivery d LEFT JOIN delivery_slice s ON s.id = d.slice_id AND s.done_at IS NULL
WHERE d.batch_id = ANY(%(batches)s)
GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608

_WAITING = """
SELECT DISTINCT e.guardian_id
FROM delivery_slice s
CROSS JOIN LATERAL unnest(s.delivery_ids, s.endpoint_ids) AS x(id, endpoint_id)
JOIN delivery_endpoint e ON e.id = x.endpoint_id
WHERE s.batch_id = ANY(%s) AND s.done_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM delivery_delivery d WHERE d.id = x.id)
"""
_HELD_BACK = f"{_WAITING} AND {HELD}"


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
    held: int  # what waits for the hour its guardian has chosen
    held_at: datetime | None  # the first of these hours
    spared: int  # not sent since the message was read
    expired: int  # not handed over before the deadline
    recent: int  # handed over within the last `LATELY`
    last_sent_at: datetime | None

    @property
    def label(self) -> str:
        return str(ChannelName(self.channel).label)

    @property
    def open(self) -> int:
        """What a stop would hold back."""
        return self.waiting + self.later + self.held

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
    turn: str | None  # "now", "later", "held"
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
    cut = {row.turn: row for row in counts if row.status == "cut"}
    rows = [row for row in counts if row.status != "cut"]
    by: dict[str, int] = defaultdict(int)
    for row in rows:
        by[row.status] += row.size
    spared = sum(row.size for row in rows if row.code == READ)
    expired = sum(row.size for row in rows if (row.status, row.code) == (Status.CANCELLED, EXPIRED))

    def rowless(turn: str) -> int:
        written = sum(row.size for row in rows if row.turn == turn)
        return cut[turn].size - written if turn in cut else 0

    return ChannelProgress(
        channel=channel,
        waiting=rowless("now") + sum(by[status] for status in OPEN),
        done=by[Status.SENT] + by[Status.DELIVERED],
        failed=by[Status.FAILED],
        cancelled=by[Status.CANCELLED] - spared - expired,
        later=(later := rowless("later")),
        later_at=cut["later"].due_at if later else None,
        held=(held := rowless("held")),
        held_at=cut["held"].due_at if held else None,
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


def held_guardians(*batch_ids: UUID) -> set[UUID]:
    """Return the guardians who hear of one of these batches at the hour they have chosen, and not before."""
    with connection.cursor() as cursor:  # before a reminder
        cursor.execute(_HELD_BACK, [list(batch_ids)])
        return {guardian_id for (guardian_id,) in cursor.fetchall()}
