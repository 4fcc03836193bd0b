"""Which post goes to a push service next, and how many at once. Pure: no network, no clock of its own."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from otayori.delivery.channels.webpush.exchange import Answer, Limits, Post


@dataclass(eq=False, slots=True)
class Call:
    """The posts of one call, whose answers are given back together when the last is in."""

    posts: Sequence[Post]
    done: Callable[[list[Answer]], None]
    answers: list[Answer] = field(default_factory=list)
    _left: int = 0

    def __post_init__(self) -> None:
        self.answers = [Answer()] * len(self.posts)
        self._left = len(self.posts)

    def settle(self, index: int, answer: Answer) -> None:
        self.answers[index] = answer
        self._left -= 1
        if self._left == 0:
            self.done(self.answers)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One post of a call, with the time (monotonic seconds) after which it is no longer started."""

    call: Call
    index: int
    start_by: float

    @property
    def post(self) -> Post:
        return self.call.posts[self.index]

    def settle(self, answer: Answer) -> None:
        self.call.settle(self.index, answer)


class Origin:
    """One push service: its queue and how much of it is under way.

    Begins with as many posts as connections, which makes the connections open side by side; once an answer
    came by HTTP/2, each connection takes many. Over HTTP/1.1 it stays, since a second post on a connection
    would only wait inside curl with its time running. A tenth is kept free for urgent posts, so that an
    emergency starts at once even behind a push service that hangs with all the rest.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._urgent: deque[Waiting] = deque()
        self._rest: deque[Waiting] = deque()
        self.in_flight = 0
        self.answered = False
        self._capacity = limits.max_connections

    def add(self, waiting: Waiting) -> None:
        (self._urgent if waiting.post.urgent else self._rest).append(waiting)

    def next(self) -> Waiting | None:
        """Take the next post that may start now; count it as under way."""
        reserve = max(1, self._capacity // 10) if self._capacity > 1 else 0
        if self._urgent and self.in_flight < self._capacity:
            queue = self._urgent
        elif self._rest and self.in_flight < self._capacity - reserve:
            queue = self._rest
        else:
            return None
        self.in_flight += 1
        return queue.popleft()

    def heard(self, *, http2: bool) -> None:
        """An answer came."""
        self.answered = True
        self._capacity = self._limits.max_connections * (self._limits.streams if http2 else 1)

    def lost(self) -> None:
        """No connection came about: begin anew, carefully."""
        self.answered = False
        self._capacity = self._limits.max_connections

    def drain(self, now: float | None = None) -> list[Waiting]:
        """Take out what has waited past its time at `now`; everything if None."""
        drained = []
        for queue in (self._urgent, self._rest):
            while queue and (now is None or queue[0].start_by <= now):
                drained.append(queue.popleft())
        return drained

    @property
    def has_waiting(self) -> bool:
        return bool(self._urgent or self._rest)
