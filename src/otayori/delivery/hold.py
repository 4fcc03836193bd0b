"""Hold: when a message that can wait reaches a guardian who chose quiet hours or a daily digest. Pure.

Hours are whole hours of the day in Japan. Nothing is held past the deadline of its message: a notice that
dies unseen is worse than a buzz.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from otayori.core.clock import TOKYO
from otayori.delivery.fallback import mail_due
from otayori.delivery.parcel import Urgency

CAN_WAIT = (Urgency.NORMAL, Urgency.LEAFLET)
ROOM = timedelta(hours=1)  # what comes with its deadline helps nobody: so much is left, or it is not held


@dataclass(frozen=True)
class Wish:
    """Quiet from one hour until another, over midnight or not; or all of a day at one hour; or both."""

    quiet_from: int | None = None
    quiet_until: int | None = None
    digest_at: int | None = None

    def is_quiet(self, at: datetime) -> bool:
        """Tell whether a moment lies in the quiet hours: their first minute does, their end does not."""
        if self.quiet_from is None or self.quiet_until is None:
            return False
        hour = at.astimezone(TOKYO).hour
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until


@dataclass(frozen=True)
class Held:
    """When a guardian's addresses are due. None: as everybody's."""

    first: datetime | None  # devices; mail of who has no device
    mail: datetime | None  # mail of who has a device, unless it was read by then


def held(wish: Wish, urgency: Urgency, at: datetime, deadline: datetime | None) -> Held:
    """Return what becomes of a message released at `at` for a guardian with this wish.

    A digest hour counts even where it lies in quiet hours: it was chosen. The mail for who has not read
    counts from the push that was held, and waits for the end of quiet hours; never for another digest.
    """
    first = at
    if wish.digest_at is not None:
        first = _in_time(next_hour(wish.digest_at, at), at, deadline)
    elif wish.is_quiet(at):
        first = _in_time(_quiet_end(wish, at), at, deadline)
    usual = mail_due(urgency, first, deadline)
    mail = _in_time(_quiet_end(wish, usual), usual, deadline) if wish.is_quiet(usual) else usual
    is_usual = mail == mail_due(urgency, at, deadline)
    return Held(first=None if first == at else first, mail=None if is_usual else mail)


def next_hour(hour: int, at: datetime) -> datetime:
    """Return when it is `hour` o'clock in Japan next, `at` itself included."""
    local = at.astimezone(TOKYO)
    then = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return then if then >= local else then + timedelta(days=1)


def is_full_hour(at: datetime) -> bool:
    """Tell whether a moment is one that something may have been held for."""
    return at.replace(minute=0, second=0, microsecond=0) == at


def _quiet_end(wish: Wish, at: datetime) -> datetime:
    return at if wish.quiet_until is None else next_hour(wish.quiet_until, at)


def _in_time(then: datetime, otherwise: datetime, deadline: datetime | None) -> datetime:
    return then if deadline is None or then <= deadline - ROOM else otherwise
