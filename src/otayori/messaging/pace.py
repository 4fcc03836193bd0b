"""How fast a batch goes now, and so how long it still takes."""

from datetime import datetime, timedelta

from otayori.delivery.models import Batch
from otayori.delivery.progress import LATELY, ChannelProgress


def seconds_left(channel: ChannelProgress, batch: Batch, at: datetime) -> int | None:
    """Return the seconds that what waits on a channel still takes; None while nothing goes out."""
    window = max(min(LATELY, at - batch.released_at), timedelta(seconds=1))
    a_second = channel.recent / window.total_seconds()
    return max(1, round(channel.waiting / a_second)) if a_second > 0 else None
