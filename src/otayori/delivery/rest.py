"""Rest: while an emergency is on its way the other lanes claim nothing: it has the machine to itself."""

import time
from collections.abc import Callable

BEFORE = 3.0  # seconds from the announcement of a release to its commit, at the most
LONGEST = 20.0  # seconds: behind a relay that is slow with an emergency the others need not starve


class Rest:
    """`busy` tells whether an emergency is on its way in this worker."""

    def __init__(self, busy: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._busy = busy
        self._clock = clock
        self._expected_until = 0.0
        self._since: float | None = None

    def expect(self) -> None:
        """An emergency was announced or released: rest anew, also when the last one still drags on."""
        self._since = self._clock()
        self._expected_until = self._since + BEFORE

    @property
    def is_on(self) -> bool:
        """Whether the other lanes should claim nothing now."""
        now = self._clock()
        if now >= self._expected_until and not self._busy():
            self._since = None
            return False
        if self._since is None:
            self._since = now
        return now - self._since < LONGEST
