"""How many posts one push service gets at once, and when none. Pure: the caller brings the clock.

Times are monotonic seconds, a window is a number of posts under way. curl opens as many connections as a
window needs, so the window is also what decides how many there are.
"""

from otayori.delivery.channels.webpush.exchange import Failure, Limits

_FIRST = 4  # posts before the first answer tells whether one connection carries many
_EPOCH = 0.05  # seconds below which a rate is not worth the name
# An answer that comes sooner lets one connection of 100 streams carry 5,000 posts a second, about what a
# process can encrypt; a second connection to a push service so near is not needed.
_NEAR = 0.02
_HOLD = 30.0  # seconds before growing is tried again after it did not pay
_REFUSALS = 8  # in a row, without a Retry-After: a device can have too many messages, a service is full
_PAUSE = 10.0  # seconds, where the push service does not say how long
_LONGEST_PAUSE = 3600.0


class Pace:
    """The window grows while posts wait and it pays, and is halved by trouble (AIMD); and pauses.

    After a pause one post goes on trial: only its answer lets the others start. An urgent post does not wait
    for the end of the pause to be that one, so an emergency gets through as soon as anything does.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._paused_until = 0.0
        self._why = Failure.PAUSED
        self._trial = False  # others wait for the answer to one post
        self._on_trial = False  # and that one is under way
        self._refusals = 0
        self._silent_since = 0.0
        self._hold_until = 0.0
        self.begin_anew()

    def begin_anew(self) -> None:
        """Nothing is known about the push service (any more): carefully."""
        self.answered = False
        self._unit = 1  # posts that one connection carries at once
        self._most = self._limits.max_connections
        self.window = self._threshold = min(_FIRST, self._most)
        self._before: tuple[int, float] | None = None  # window and rate before it grew
        self._restart(0.0)

    def has_room(self, now: float, in_flight: int, *, urgent: bool) -> bool:
        """Whether one more post may start.

        A tenth is kept free for urgent posts: an emergency starts at once even behind a push service that
        hangs with all the rest.
        """
        if self._trial:
            return not self._on_trial and (urgent or now >= self._paused_until)
        return in_flight < (self.window if urgent else self._room)

    def began(self, now: float, in_flight: int) -> bool:
        """A post was started beside `in_flight` others; whether it is on trial."""
        if in_flight == 0 or self._trial:
            self._silent_since = now
        self._on_trial = self._trial
        return self._trial

    def undone(self, *, trial: bool) -> None:
        """What began was nothing."""
        self._on_trial = self._on_trial and not trial

    def pause_left(self, now: float) -> tuple[Failure, float] | None:
        """Why and how long (seconds) posts that are not urgent need not wait here, if so."""
        return (self._why, self._paused_until - now) if now < self._paused_until else None

    def hangs(self, now: float) -> bool:
        """Whether nothing has been answered for so long that nothing will. Ask only while posts are out."""
        return now - self._silent_since >= self._limits.hang_after

    def write_off(self, now: float) -> bool:
        """It hangs: pause. Whether the trial itself hung, so that urgent posts need not wait either."""
        hopeless, self._on_trial = self._on_trial, False
        self.begin_anew()
        self._pause(now + self._limits.busy_for, Failure.BUSY)
        return hopeless

    def fine(self, now: float, *, http2: bool, hungry: bool, trial: bool) -> None:
        """An answer without complaint came; `hungry` if more posts wait."""
        self._refusals = 0
        self._silent_since = now
        if not self.answered:
            self._meet(now, http2=http2)
        if trial or (self._trial and self._why is Failure.BUSY):  # a late answer shows life, too
            self._trial = self._on_trial = False
            self._paused_until = 0.0
        self._answers += 1
        if not hungry:
            self._starved = True
        if self._answers >= self._room and now - self._since >= _EPOCH:
            self._learn(now)

    def strained(self, now: float, in_flight: int, *, trial: bool) -> None:
        """It answered that it is unwell (5xx): half as much."""
        self._silent_since = now
        self._on_trial = self._on_trial and not trial
        self._shrink(now, in_flight)

    def refused(self, now: float, in_flight: int, retry_after: float | None, *, trial: bool) -> None:
        """It asked for less (429, 503 with Retry-After): half as much, after the pause it wants."""
        self.strained(now, in_flight, trial=trial)
        self._refusals += 1
        if retry_after is not None:
            self._pause(now + min(retry_after, _LONGEST_PAUSE), Failure.PAUSED)
        elif self._refusals >= _REFUSALS:
            self._pause(now + _PAUSE, Failure.PAUSED)

    def silent(self, now: float, in_flight: int, *, trial: bool) -> None:
        """A post was not answered: it took too long, or its connection broke."""
        if trial:
            self._on_trial = False
            self._pause(now + self._limits.busy_for, Failure.BUSY)
        self._shrink(now, in_flight)

    def lost(self, *, trial: bool) -> None:
        """No connection came about."""
        self._on_trial = self._on_trial and not trial
        self.begin_anew()

    @property
    def _room(self) -> int:
        """The part of the window for posts that are not urgent."""
        return self.window - max(1, self.window // 10) if self.window > 1 else 1

    def _pause(self, until: float, why: Failure) -> None:
        self._paused_until, self._why = max(self._paused_until, until), why
        self._trial = True

    def _meet(self, now: float, *, http2: bool) -> None:
        """The first answer: over HTTP/2 each connection takes many; over HTTP/1.1 one each."""
        self.answered = True
        if http2:
            self._unit = self._limits.streams
            self._most = self._limits.max_connections * self._unit
            self.window = self._unit
        self._threshold = self._most
        self._restart(now)

    def _restart(self, now: float, *, in_flight: int = 0, opening: bool = False) -> None:
        """Begin to measure; what is under way speaks of the time before."""
        self._since = now
        self._answers = -in_flight
        self._starved = False
        self._opening = opening

    def _learn(self, now: float) -> None:
        """A window's worth of answers is in: grow, or go back if growing did not pay."""
        rate = self._answers / (now - self._since)
        telling = not self._starved and not self._opening  # while connections open, the rate says nothing
        self._restart(now)
        if not telling:
            return
        if self._before is not None:
            window, slower = self._before
            self._before = None
            if rate / slower - 1 < (self.window / window - 1) / 2:
                self.window = window
                self._hold_until = now + _HOLD
        self._grow(now, rate)

    def _grow(self, now: float, rate: float) -> None:
        step = self.window if 2 * self.window <= self._threshold else max(1, self._unit // 10)
        if self.window < self._unit:  # the connection is there
            self.window = min(self.window + step, self._unit)
        elif now >= self._hold_until and self.window < self._most and self._room / rate > _NEAR:
            self._before = (self.window, rate)
            self.window = min(self.window + step, self._most)
            self._restart(now, opening=True)

    def _shrink(self, now: float, in_flight: int) -> None:
        """Once for all that was under way when it began."""
        if self._answers < 0:
            self._answers += 1
            return
        self.window = self._threshold = max(1, self.window // 2)
        self._before = None
        self._restart(now, in_flight=in_flight)
