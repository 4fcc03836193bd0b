"""Give each receiving domain its turn, and let one that throttles or hangs wait alone: no network in here.

Letters stand in one line a domain. Lines take turns, emergencies before all else. How many connections may
be busy with a domain grows while it takes letters and halves when it throttles, like TCP's window (RFC 5681:
by one a letter at first, by one a round later). A domain that throttles or hangs is held: its letters are
handed back at once, except one probe at a time when the pause is over.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from otayori.delivery.channels.email.letter import Letter
from otayori.delivery.channels.email.replies import Judgement
from otayori.delivery.parcel import Verdict

HUNG = "busy"  # the code of letters whose domain lets nothing end
_LONGEST_PAUSE = 600.0
_LONGEST_HINT = 3600.0  # a server that asks for more patience is asked again after this
_PROBE_WAIT = 5.0  # seconds after which letters may come again while a probe is on its way
_STRIKES = 3  # throttled replies that may speak of one mailbox or connection, until they are the domain's
_MANY = 3  # domains that throttle with nothing taken in between: the relay does
_RELAY_PAUSE = 10.0
_LINES_KEPT = 1000
_URGENT, _OTHER = 0, 1
_ANSWERED = (Verdict.SENT, Verdict.PERMANENT)  # no set: the hash of an enum's member is slow

Returned = Iterable[tuple[Letter, Judgement]]  # letters to hand back untried, and why


@dataclass(slots=True, eq=False)
class _Line:
    """The letters of one domain, and what is known about it."""

    domain: bytes
    room: float  # connections that may be busy with it
    pause: float  # seconds the next pause lasts
    queues: tuple[deque[Letter], deque[Letter]] = field(default_factory=lambda: (deque(), deque()))
    in_ring: list[bool] = field(default_factory=lambda: [False, False])
    busy: int = 0  # connections that have letters of it in hand
    calm: float = float("inf")  # with more room than this it grows slowly
    strikes: int = 0
    held_until: float | None = None
    reason: str = ""  # the code it is held for
    probe: Letter | None = None
    ended: int = 0  # its letters in hand that ended so far ...
    ended_seen: int = -1  # ... and when last looked at
    quiet_since: float = 0.0

    @property
    def waiting(self) -> int:
        return len(self.queues[_URGENT]) + len(self.queues[_OTHER])


class Domains:
    """All lines. A connection has one or two letters in hand; `beside` is the other one of the two."""

    def __init__(
        self, connections: int, *, clock: Callable[[], float], pause: float = 60.0, patience: float = 8.0
    ) -> None:
        """`pause` and `patience` (with a domain that lets nothing end) are in seconds of the clock."""
        self._clock = clock
        self._pause = pause
        self._patience = patience
        # The last few are nobody's: a domain that is alone now may hang when others come.
        self._most = connections - max(min(1, connections // 4), connections // 16)
        self._share = max(1, connections // 2)
        self._lines: dict[bytes, _Line] = {}
        self._rings: tuple[deque[_Line], deque[_Line]] = (deque(), deque())  # whose turn is next
        self._throttled: list[_Line] = []  # those held since any letter was taken
        self.waiting = 0  # letters

    @property
    def ready(self) -> bool:
        """Whether a connection would find a letter now."""
        return bool(self._rings[_OTHER] or self._rings[_URGENT])

    @property
    def stuck(self) -> int:
        """Connections that wait for domains that hang."""
        return sum(line.busy for line in self._lines.values() if line.reason == HUNG)

    def hangs(self, domain: bytes) -> bool:
        """Whether this domain is held because nothing ends there."""
        return domain in self._lines and self._lines[domain].reason == HUNG

    def post(self, letter: Letter) -> Judgement | None:
        """Queue a letter, or tell why its domain takes none now."""
        line = self._line(letter.domain)
        if line.held_until is not None:
            if line.probe is not None or self._clock() < line.held_until:
                return self._wait(line)
            line.probe = letter
        rank = _URGENT if letter.urgent else _OTHER
        line.queues[rank].append(letter)
        self.waiting += 1
        self._enter(line, rank)
        return None

    def put_back(self, letter: Letter) -> Judgement | None:
        """Queue a letter again in front (after `free`), or tell why its domain takes none now."""
        line = self._line(letter.domain)
        if line.held_until is not None:
            return self._wait(line)
        rank = _URGENT if letter.urgent else _OTHER
        line.queues[rank].appendleft(letter)
        self.waiting += 1
        self._enter(line, rank)
        return None

    def take(self, beside: Letter | None = None) -> Letter | None:
        """The letter whose turn it is; it is in hand until `ended` or `free`."""
        mine = self._lines[beside.domain] if beside else None
        for rank, ring in enumerate(self._rings):
            while ring:
                line = ring.popleft()
                if line.busy >= self._share and ring:  # others have letters and it holds half: they go first
                    ring.append(line)
                    line = ring.popleft()
                line.in_ring[rank] = False
                if line.queues[rank] and (line.busy < line.room or line is mine or line.probe):
                    return self._begin(line, rank, mine)
            if mine and mine.queues[rank] and not mine.held_until:
                return self._begin(mine, rank, mine)  # however full: it needs no further connection
        return None

    def ended(self, letter: Letter, judgement: Judgement, beside: Letter | None = None) -> Returned:
        """Learn from how a letter in hand ended; gives its domain's waiting letters if that is held now."""
        line = self._lines[letter.domain]
        line.ended += 1
        returned: Returned = ()
        if judgement.verdict in _ANSWERED:
            line.strikes = 0
            self._throttled.clear()
            if line.held_until is None:
                if line.room < self._most:
                    self._widen(line)
            elif letter is line.probe or line.reason == HUNG:
                line.held_until, line.reason, line.pause = None, "", self._pause
        elif judgement.verdict is Verdict.THROTTLED:
            line.strikes += 1
            if judgement.about_domain or line.strikes >= _STRIKES:
                returned = self._hold(line, judgement, again=letter is line.probe)
                self._suspect_relay(line)
        elif judgement.code == "timeout" and line.held_until is None:
            line.room = line.calm = max(1.0, line.room / 2)
        self.free(letter, beside)
        return returned

    def free(self, letter: Letter, beside: Letter | None = None) -> None:
        """A connection has this letter no more in hand, nothing is learnt from it."""
        line = self._lines[letter.domain]
        if letter is line.probe:
            line.probe = None
        if beside is None or beside.domain != line.domain:
            full = line.busy >= line.room  # only then it may have lost its turn
            line.busy -= 1
            if full:
                self._enter_again(line)

    def hung(self) -> Returned:
        """Look for domains of which nothing ends (every now and then); their waiting letters.

        If nothing ends at all, with letters of several domains in hand, it is the relay that hangs.
        """
        now = self._clock()
        busy = [line for line in self._lines.values() if line.busy]
        quiet = []
        for line in busy:
            if line.ended != line.ended_seen:
                line.ended_seen, line.quiet_since = line.ended, now
            elif now - line.quiet_since >= self._patience:
                quiet.append(line)
        if len(quiet) == len(busy) > 1:
            return []
        judgement = Judgement(Verdict.THROTTLED, HUNG)
        returned: list[tuple[Letter, Judgement]] = []
        for line in quiet:
            if line.probe or (line.busy >= line.room and line.waiting and line.held_until is None):
                returned += self._hold(line, judgement, again=line.probe is not None)
        return returned

    def empty(self) -> Iterator[Letter]:
        """Take out every letter that waits."""
        for line in self._lines.values():
            yield from self._empty(line)

    def _line(self, domain: bytes) -> _Line:
        line = self._lines.get(domain)
        if line is None:
            if len(self._lines) >= _LINES_KEPT:
                self._forget()
            line = self._lines[domain] = _Line(domain, self._share, self._pause)
        return line

    def _forget(self) -> None:
        """Drop the lines that have no letters and no history that matters."""
        for domain, line in tuple(self._lines.items()):
            if not (line.busy or line.waiting or line.held_until or any(line.in_ring)):
                del self._lines[domain]

    def _enter(self, line: _Line, rank: int) -> None:
        """Give a line its turn if it has letters and may be served."""
        if line.queues[rank] and not line.in_ring[rank] and (line.busy < line.room or line.probe):
            line.in_ring[rank] = True
            self._rings[rank].append(line)

    def _enter_again(self, line: _Line) -> None:
        self._enter(line, _URGENT)
        self._enter(line, _OTHER)

    def _widen(self, line: _Line) -> None:
        line.room = min(self._most, line.room + (1 if line.room < line.calm else 1 / line.room))
        self._enter_again(line)

    def _begin(self, line: _Line, rank: int, mine: _Line | None) -> Letter:
        letter = line.queues[rank].popleft()
        self.waiting -= 1
        if line is not mine:
            if not line.busy or letter is line.probe:
                line.ended_seen, line.quiet_since = line.ended, self._clock()
            line.busy += 1
        self._enter(line, rank)
        return letter

    def _hold(self, line: _Line, judgement: Judgement, *, again: bool) -> Returned:
        if line.held_until is not None and not again:
            return ()  # letters that were in hand when it was held say the same once more
        line.pause = min(2 * line.pause, _LONGEST_PAUSE) if again else line.pause
        hint = judgement.retry_after
        line.held_until = self._clock() + (min(hint, _LONGEST_HINT) if hint else line.pause)
        line.reason, line.strikes, line.probe = judgement.code, 0, None
        line.room = line.calm = max(1.0, line.room / 2)
        wait = self._wait(line)
        return [(letter, wait) for letter in self._empty(line)]

    def _suspect_relay(self, line: _Line) -> None:
        """Several domains in a row that throttle are one relay that does: it is asked again soon."""
        if line not in self._throttled:
            self._throttled.append(line)
        if len(self._throttled) >= _MANY:
            soon = self._clock() + _RELAY_PAUSE
            for other in self._throttled:
                other.held_until = min(other.held_until or soon, soon)

    def _wait(self, line: _Line) -> Judgement:
        left = (line.held_until or 0.0) - self._clock()
        return Judgement(Verdict.THROTTLED, line.reason, retry_after=max(left, _PROBE_WAIT))

    def _empty(self, line: _Line) -> Iterator[Letter]:
        for queue in line.queues:
            while queue:
                self.waiting -= 1
                letter = queue.popleft()
                if letter is line.probe:
                    line.probe = None
                yield letter
