"""The driver's owner: starts it with the first errand, ends it, and starts another after that."""

import asyncio
import threading
from collections.abc import Callable, Iterable

from otayori.delivery.channels.webpush.driver import Driver
from otayori.delivery.channels.webpush.exchange import Limits
from otayori.delivery.channels.webpush.queueing import Errand


class Transport:
    """Connections to push services, shared by all calls from any loop. Opens nothing before it has to."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._driver: Driver | None = None
        self._lock = threading.Lock()

    def submit(self, errands: Iterable[Errand], flush: Callable[[], bool]) -> bool:
        """Carry out all, urgent ones first; see `Driver.submit`."""
        with self._lock:
            if self._driver is None or not self._driver.is_alive():
                self._driver = Driver(self._limits)
                self._driver.start()
            return self._driver.submit(errands, flush)

    async def close(self) -> None:
        """End the thread and close the connections; unfinished errands are settled as closed."""
        with self._lock:
            driver, self._driver = self._driver, None
        if driver is not None:
            driver.stop()
            await asyncio.to_thread(driver.join)
