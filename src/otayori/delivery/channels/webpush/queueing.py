"""Which post goes to a push service next, and which need not wait. Pure: no network, no clock of its own."""

from collections import deque
from dataclasses import dataclass
from typing import Protocol

from otayori.delivery.channels.webpush.exchange import Answer, Failure, Limits, Post
from otayori.delivery.channels.webpush.pacing import Pace

_COME_AGAIN = 5.0  # seconds, for what could not start in time


class Errand(Protocol):
    """What is to be posted. Made into a request when its turn comes: encryption is the most of the work."""

    origin: str
    urgent: bool

    def post(self) -> Post | None:
        """The request, or None if there can be none and the errand is over."""
        ...

    def settle(self, answer: Answer) -> bool:
        """Take the answer; whether the errand is to go once more (it has changed what it posts)."""
        ...


TurnedAway = list[tuple[Errand, Answer]]


@dataclass(frozen=True, slots=True)
class Start:
    """A post that may start now. `era` counts how often its push service has been written off."""

    errand: Errand
    era: int
    trial: bool


class Origin:
    """One push service: its queue and how much of it is under way. Times are monotonic seconds."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.era = 0
        self._limits = limits
        self._pace = Pace(limits)
        self._urgent: deque[tuple[float, Errand]] = deque()  # with the time by which they must start
        self._rest: deque[tuple[float, Errand]] = deque()
        self._in_flight = 0

    def add(self, errand: Errand, now: float) -> None:
        """Queue an errand."""
        queue = self._urgent if errand.urgent else self._rest
        queue.append((now + self._limits.total_timeout, errand))

    def next(self, now: float) -> Start | None:
        """Take the next errand that may start now; it counts as under way until `settle` or `drop`."""
        for queue in (self._urgent, self._rest):
            if queue and self._pace.has_room(now, self._in_flight, urgent=queue is self._urgent):
                trial = self._pace.began(now, self._in_flight)
                self._in_flight += 1
                return Start(queue.popleft()[1], self.era, trial)
        return None

    def drop(self, start: Start) -> None:
        """There was nothing to post after all."""
        self._in_flight -= 1
        self._pace.undone(trial=start.trial)

    def settle(self, start: Start, answer: Answer, *, http2: bool, now: float) -> TurnedAway:
        """Learn from an answer. Returns what shares its fate."""
        if start.era == self.era:
            self._in_flight -= 1
        if answer.failure is not None and answer.failure.is_connecting:
            hopeless = [] if self._pace.answered else self._drain(self._urgent, self._rest)
            self._pace.lost(trial=start.trial)
            return [(errand, answer) for errand in hopeless]
        if answer.is_refusal:
            self._pace.refused(now, self._in_flight, answer.retry_after, trial=start.trial)
        elif answer.status >= 500:
            self._pace.strained(now, self._in_flight, trial=start.trial)
        elif answer.failure is None:
            self._pace.fine(now, http2=http2, hungry=self.has_waiting, trial=start.trial)
        elif start.era == self.era:
            self._pace.silent(now, self._in_flight, trial=start.trial)
        return []

    def turn_away(self, now: float) -> TurnedAway:
        """Take out what had better come again later: the push service hangs, pauses, or is too slow."""
        away: TurnedAway = []
        if self.has_waiting and self._in_flight and self._pace.hangs(now):
            self.era += 1  # what is out may still be answered, but no longer stands in the way
            self._in_flight = 0
            if self._pace.write_off(now):
                away += self._told(Failure.BUSY, _COME_AGAIN, self._urgent)
        if pause := self._pace.pause_left(now):
            away += self._told(*pause, self._rest)
        for queue in (self._urgent, self._rest):
            while queue and queue[0][0] <= now:
                away.append((queue.popleft()[1], Answer(failure=Failure.BUSY, retry_after=_COME_AGAIN)))
        return away

    def drain(self) -> list[Errand]:
        """Take out all that waits."""
        return self._drain(self._urgent, self._rest)

    @property
    def has_waiting(self) -> bool:
        return bool(self._urgent or self._rest)

    def _told(self, why: Failure, wait: float, queue: deque[tuple[float, Errand]]) -> TurnedAway:
        answer = Answer(failure=why, retry_after=wait)
        return [(errand, answer) for errand in self._drain(queue)]

    def _drain(self, *queues: deque[tuple[float, Errand]]) -> list[Errand]:
        errands = [errand for queue in queues for _, errand in queue]
        for queue in queues:
            queue.clear()
        return errands
