"""Progress: how far a batch is, counted from its rows each time it is asked."""

from dataclasses import dataclass

from django.db.models import Count

from otayori.delivery.models import Batch, ChannelName, Delivery
from otayori.delivery.status import Status


@dataclass(frozen=True)
class ChannelProgress:
    """Deliveries of one batch on one channel."""

    channel: str
    waiting: int  # queued or being sent
    done: int
    failed: int
    cancelled: int

    @property
    def label(self) -> str:
        return str(ChannelName(self.channel).label)

    @property
    def total(self) -> int:
        return self.waiting + self.done + self.failed + self.cancelled

    @property
    def percent(self) -> int:
        """Share that is settled, 0 to 100; 100 only when nothing waits."""
        return 100 if self.total == 0 else 100 * (self.total - self.waiting) // self.total


def progress(batch: Batch) -> list[ChannelProgress]:
    """Return the progress by channel, push first."""
    counts: dict[str, dict[str, int]] = {}
    rows = Delivery.objects.filter(batch=batch).values_list("channel", "status").annotate(Count("id"))
    for channel, status, count in rows:
        counts.setdefault(channel, {})[status] = count
    return [
        ChannelProgress(
            channel=channel,
            waiting=by.get(Status.QUEUED, 0) + by.get(Status.SENDING, 0),
            done=by.get(Status.SENT, 0) + by.get(Status.DELIVERED, 0),
            failed=by.get(Status.FAILED, 0),
            cancelled=by.get(Status.CANCELLED, 0),
        )
        for channel, by in sorted(counts.items(), reverse=True)
    ]
