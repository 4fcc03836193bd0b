"""The life of a delivery: which moves are legal, and when a try is repeated. Pure."""

from datetime import timedelta
from enum import StrEnum

from otayori.delivery.parcel import Outcome, Verdict


class Status(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (Status.QUEUED, Status.SENDING)

# Words that the engine itself writes into `Delivery.code` of what it cancels
READ = "read"  # the push was read, the mail was spared
EXPIRED = "expired"  # the deadline had passed
STOPPED = "stopped"

# A first try writes the row with whatever it ended in. A settle that comes late (its lease ran out, the row
# is queued again) still counts when it is good news or final: queued -> sent and queued -> failed; what had
# gone out when the message was stopped is told as sent. A bounce may come after sent. Final never goes back:
# the engine has no way from failed to queued. An operator has, with a reason that is logged (retry.py).
MOVES: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.SENDING, Status.SENT, Status.FAILED, Status.CANCELLED}),
    Status.SENDING: frozenset({Status.QUEUED, Status.SENT, Status.FAILED, Status.CANCELLED}),
    Status.SENT: frozenset({Status.DELIVERED, Status.FAILED}),
    Status.DELIVERED: frozenset({Status.FAILED}),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset({Status.SENT}),
}


def may_move(old: Status, new: Status) -> bool:
    """Tell whether a delivery may go from `old` to `new`."""
    return new in MOVES[old]


def before(new: Status) -> list[Status]:
    """Return the statuses from which `new` may be reached: the WHERE of a conditional UPDATE."""
    return [old for old in Status if may_move(old, new)]


LEASE = timedelta(seconds=90)  # renewed every 30 s while a chunk is on its way (lane.py)
GIVE_UP_AFTER = timedelta(hours=48)

_FIRST_DELAYS = (5.0, 10.0, 20.0, 30.0)  # seconds after the first, second ... failed try
_FLAT_DELAY = 60.0
_SLOW_DELAY = 300.0
_THROTTLE_DELAY = 60.0
_LONGEST_DELAY = 3600.0


def next_status(verdict: Verdict) -> Status:
    """Return where a try with this verdict leads. An unknown outcome is tried again: at least once."""
    if verdict is Verdict.SENT:
        return Status.SENT
    return Status.FAILED if verdict is Verdict.PERMANENT else Status.QUEUED


def retry_delay(outcome: Outcome, attempt: int, jitter: float) -> float:
    """Return the seconds until the next try.

    Short and flat: after a fault of a minute the message should go within the minute. `attempt` counts
    from 1, `jitter` is in 0..1 and stretches the wait by up to a fifth, so that 20,000 don't come at once.
    """
    if outcome.verdict is Verdict.THROTTLED:
        wait = min(outcome.retry_after or _THROTTLE_DELAY, _LONGEST_DELAY)
    elif attempt <= len(_FIRST_DELAYS):
        wait = _FIRST_DELAYS[attempt - 1]
    else:
        wait = _FLAT_DELAY if attempt < 30 else _SLOW_DELAY
    return wait * (1 + jitter / 5)
