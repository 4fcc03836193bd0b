"""How fast a batch goes now, and so how long it still takes; when it ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q

from otayori.delivery.models import Batch, Delivery

WINDOW = timedelta(seconds=15)


@dataclass(frozen=True)
class Pace:
    """One channel of a batch: deliveries a second of late, and the last one's time."""

    a_second: float
    last_sent_at: datetime | None

    def seconds_left(self, waiting: int) -> int | None:
        """Return the seconds that so many still take; None while nothing goes out."""
        return max(1, round(waiting / self.a_second)) if self.a_second > 0 else None


UNKNOWN = Pace(0.0, None)  # nothing has been sent on a channel yet


def pace(batch: Batch, at: datetime) -> dict[str, Pace]:
    """Return the pace of each channel at a moment. One statement."""
    return paces([batch], at)[batch.id]


def paces(batches: Collection[Batch], at: datetime) -> dict[UUID, dict[str, Pace]]:
    """Return the pace of each channel of some batches at a moment. One statement."""
    windows = {batch.id: max(min(WINDOW, at - batch.released_at), timedelta(seconds=1)) for batch in batches}
    rows = (
        Delivery.objects.filter(batch__in=windows)
        .values_list("batch_id", "channel")
        .annotate(recent=Count("id", filter=Q(sent_at__gt=at - WINDOW)), last=Max("sent_at"))
    )
    found: dict[UUID, dict[str, Pace]] = {batch_id: {} for batch_id in windows}
    for batch_id, channel, recent, last in rows:
        found[batch_id][channel] = Pace(recent / windows[batch_id].total_seconds(), last)
    return found
