"""How many connections a relay is worth: more as long as more letters get through for it. No network in here.

A relay 20 ms away takes as many letters over 200 connections as one on this machine over 10. So the number
climbs: it grows by half or doubles, what gets through is measured, and if that did not grow as well the step
is taken back for a while. A sender that is busy itself does not try.
"""

from math import ceil

START = 10
_WINDOW = 0.1  # seconds measured at least
_ROUNDS = 2  # letters a connection has to end within the measured time
_PAYS = 0.3  # of the growth in connections must show in what gets through
_NEAR = 0.005  # seconds a letter takes: no network in between that more connections would fill
_OWN_LIMIT = 0.6  # of a core: with so much to do here, connections are not what is missing
_LOOKS = 3  # measurements in vain until a step is taken back
_FIRST_REST, _LONGEST_REST = 2.0, 60.0  # seconds until growth is tried again; doubles


class Growth:
    """`target` is how many connections there should be while letters wait."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.target = min(START, most)
        self._start: tuple[float, int, float] | None = None
        self._before: tuple[int, float] | None = None  # connections and letters a second before the last step
        self._looks = 0  # at what that step brought
        self._careful = False  # a connection was refused: steps are small
        self._rest = _FIRST_REST
        self._rest_until = 0.0

    def measure(self, now: float, *, ended: int, cpu: float, connections: int) -> None:
        """Note where we are while letters wait: letters ended so far, CPU seconds used so far."""
        if self._start is None or connections < self.target:
            self._start = (now, ended, cpu)
            return
        since, ended_then, cpu_then = self._start
        seconds, letters = now - since, ended - ended_then
        if seconds < _WINDOW or letters < _ROUNDS * connections:
            return
        self._start = (now, ended, cpu)
        self._step(now, rate=letters / seconds, share=(cpu - cpu_then) / seconds)

    def interrupt(self) -> None:
        """No letters wait: what is measured would say nothing about the relay."""
        self._start = None

    def opened(self, connections: int) -> None:
        """One more connection was welcome."""
        self.target = max(self.target, connections)

    def refused(self, now: float, connections: int) -> None:
        """The relay does not want more than these, or none at all."""
        self._careful = connections > 0
        self.target = connections or min(START, self._most)
        self._take_rest(now)

    def _step(self, now: float, *, rate: float, share: float) -> None:
        before, self._before = self._before, None
        if before:
            connections, slower = before
            if rate < slower * (1 + _PAYS * (self.target / connections - 1)):
                self._looks += 1
                if self._looks < _LOOKS:  # a busy moment of this machine looks the same
                    self._before = before
                    return
                self.target = connections
                self._take_rest(now)
                return
            self._rest = _FIRST_REST
        if now < self._rest_until or share > _OWN_LIMIT or self.target / rate < _NEAR:
            return
        if self.target >= self._most:
            return
        self._before, self._looks = (self.target, rate), 0
        more = ceil(self.target / 10) if self._careful else self.target
        self.target = min(self._most, self.target + more)

    def _take_rest(self, now: float) -> None:
        self._before, self._start = None, None
        if now >= self._rest_until:
            self._rest_until = now + self._rest
            self._rest = min(2 * self._rest, _LONGEST_REST)
