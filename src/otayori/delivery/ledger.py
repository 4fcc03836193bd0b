"""The ledger's desk in a worker: runs database work in threads, and waits out a database that is away."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

from otayori.core.outage import OUTAGES

log = logging.getLogger(__name__)

T = TypeVar("T")
PAUSE = 1.0  # seconds between tries while the database is away


class Ledger:
    """Threads with a database connection each, which they keep: fetching one anew costs a fifth of a claim.

    They do nothing else, so none is held by somebody who talks to a network.
    """

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="ledger")
        self._away = False

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work` in a thread; repeated until the database answers, so it must be safe to repeat."""
        while True:
            try:
                result = await asyncio.get_running_loop().run_in_executor(self._threads, _fresh, work)
            except OUTAGES as error:
                if not self._away:
                    log.warning("database away (%s); waiting for it", type(error).__name__)
                self._away = True
                await asyncio.sleep(PAUSE)
            else:
                if self._away:
                    log.warning("database is back")
                self._away = False
                return result

    def close(self) -> None:
        """Let the threads end; each closes its connection as it goes."""
        self._threads.shutdown(wait=True, cancel_futures=True)


def _fresh(work: Callable[[], T]) -> T:
    """Run `work`; after a failure the connection is dropped, so that the next try gets a new one."""
    try:
        return work()
    except OUTAGES:
        connection.close()
        raise
