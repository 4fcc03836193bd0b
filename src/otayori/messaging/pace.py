"""How fast a batch goes now, and so how long it still takes; when it ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

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
    window = max(min(WINDOW, at - batch.released_at), timedelta(seconds=1))
    rows = (
        Delivery.objects.filter(batch=batch)
        .values_list("channel")
        .annotate(recent=Count("id", filter=Q(sent_at__gt=at - window)), last=Max("sent_at"))
    )
    return {channel: Pace(recent / window.total_seconds(), last) for channel, recent, last in rows}
