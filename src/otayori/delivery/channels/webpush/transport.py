"""Posts many small bodies to push services at once: HTTP/2, few connections, many posts on each.

The asyncio face of `driver.py`, whose thread holds the connections, so that curl's work never blocks an event
loop. Calls from any loop share the connections; urgent posts overtake the others.
"""

import asyncio
import contextlib
import threading
from collections.abc import Sequence

from otayori.delivery.channels.webpush.driver import Driver
from otayori.delivery.channels.webpush.exchange import Answer, Failure, Limits, Post
from otayori.delivery.channels.webpush.queueing import Call


class Transport:
    """Connections to push services. Opens nothing before the first post."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._driver: Driver | None = None
        self._lock = threading.Lock()

    async def post(self, posts: Sequence[Post]) -> list[Answer]:
        """Send all; the answers in the order of the posts. Never raises for what the network does."""
        if not posts:
            return []
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Answer]] = loop.create_future()

        def give(answers: list[Answer]) -> None:
            if not future.done():  # the caller may have been cancelled
                future.set_result(answers)

        def done(answers: list[Answer]) -> None:
            with contextlib.suppress(RuntimeError):  # the caller's loop is closed; nobody waits
                loop.call_soon_threadsafe(give, answers)

        if not self._running_driver().submit(Call(posts, done)):
            return [Answer(failure=Failure.CLOSED)] * len(posts)
        return await future

    async def close(self) -> None:
        """End the thread and close the connections; unfinished posts are answered as closed."""
        with self._lock:
            driver, self._driver = self._driver, None
        if driver is not None:
            driver.stop()
            await asyncio.to_thread(driver.join)

    def _running_driver(self) -> Driver:
        with self._lock:
            if self._driver is None or not self._driver.is_alive():
                self._driver = Driver(self._limits)
                self._driver.start()
            return self._driver
