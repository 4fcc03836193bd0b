"""Brings outcomes from the driver's thread to the caller's event loop, in batches, as they come."""

import asyncio
import contextlib
from collections.abc import Callable

from otayori.delivery.parcel import Outcome


class Tally:
    """Made in the event loop; `put` and `flush` are for the driver; `all_told` ends after the last outcome.

    One call into the loop for all that a step of the driver settled: a call for each would cost more than
    the posts, since two threads would hand the interpreter's lock to and fro.
    """

    def __init__(self, count: int, tell: Callable[[Outcome], None]) -> None:
        """`count` outcomes will be put."""
        self._loop = asyncio.get_running_loop()
        self.all_told: asyncio.Future[None] = self._loop.create_future()
        self._tell = tell
        self._left = count
        self._gathered: list[Outcome] = []

    def put(self, outcome: Outcome) -> None:
        """Take an outcome; it is told after `flush`."""
        self._gathered.append(outcome)

    def flush(self) -> bool:
        """Have told what was put. Whether more is to come."""
        if self._gathered:
            gathered, self._gathered = self._gathered, []
            self._left -= len(gathered)
            with contextlib.suppress(RuntimeError):  # the caller's loop is closed; nobody waits
                self._loop.call_soon_threadsafe(self._give, gathered, self._left == 0)
        return self._left > 0

    def _give(self, outcomes: list[Outcome], is_last: bool) -> None:
        for outcome in outcomes:
            self._tell(outcome)
        if is_last and not self.all_told.done():  # the caller may have been cancelled
            self.all_told.set_result(None)
