"""The outside world of a fault run: what both sinks share, in an event loop of their own thread."""

import asyncio
import random
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from bench.chaos.history import Arrival, Refusal

T = TypeVar("T")
ODDS = 0.15  # of the fault of the day, for each message
TAKEN_BACK = 1.0  # seconds after which a reply was surely read before the connection broke


class Broken(Exception):
    """The sink ends this connection now."""


class Sink(ABC):
    """A server with weather. `arrivals` and `refusals` are its log; read them when the run is over."""

    def __init__(self, seed: int, dead: frozenset[str]) -> None:
        self.arrivals: list[Arrival] = []
        self.refusals: list[Refusal] = []
        self.dead = dead
        self._dice = random.Random(seed)
        self._weather = "calm"
        self._changed = asyncio.Event()
        self._servers: list[asyncio.Server] = []
        self._open: set[asyncio.Task[None]] = set()
        self._listeners: list[tuple[int, int]] = []  # worker (0: all), port

    async def listen(self, worker: int = 0) -> int:
        """Open one more port, meant for this worker; returns it."""
        port = await self._listen(worker, 0)
        self._listeners.append((worker, port))
        return port

    async def _listen(self, worker: int, port: int) -> int:
        server = await asyncio.start_server(
            partial(self._serve, worker), "127.0.0.1", port, limit=2**20, backlog=512
        )
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def turn(self, kind: str) -> None:
        """Change the weather. Refusing ends connections too; hanging ones go on."""
        if kind == "refuse":
            self._close_ports()
            await self.hang_up()
        elif self._weather == "refuse":
            for worker, port in self._listeners:
                await self._listen(worker, port)
        self._weather = kind
        self._changed.set()
        self._changed = asyncio.Event()

    def _close_ports(self) -> None:
        for server in self._servers:
            server.close()
        self._servers = []

    async def hang_up(self) -> None:
        """Cut all connections."""
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def close(self) -> None:
        self._close_ports()
        await self.hang_up()

    def strikes(self, kind: str) -> bool:
        """Whether this fault hits now."""
        if self._weather == "mixed":
            return self._dice.random() < ODDS / 4
        return self._weather == kind and self._dice.random() < ODDS

    async def brood(self) -> None:
        """Be slow or hang, if that is the weather."""
        if self._weather == "slow":
            await asyncio.sleep(self._dice.uniform(0.001, 0.05))
        while self._weather == "hang":
            await self._changed.wait()

    async def _serve(self, worker: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        talk = self.talk(worker, reader, writer)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await talk.run()
        except (Broken, asyncio.CancelledError):
            talk.take_back()
        finally:
            self._open.discard(task)
            writer.transport.abort()

    @abstractmethod
    def talk(self, worker: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> "Talk": ...


class Talk(ABC):
    """One connection."""

    def __init__(
        self, sink: Sink, worker: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.sink, self.worker, self.reader, self.writer = sink, worker, reader, writer
        self._kept: list[tuple[int, float]] = []  # arrivals of this connection: index, when it was answered

    @abstractmethod
    async def run(self) -> None: ...

    def keep(self, arrival: Arrival) -> None:
        """Log an arrival, unheard until `answered`."""
        self._kept = [*self._kept[-20:], (len(self.sink.arrivals), float("inf"))]
        self.sink.arrivals.append(arrival)

    async def answered(self, reply: bytes) -> None:
        """Write the reply to what was kept last; the client hears it if it is there still."""
        self.writer.write(reply)
        await self.writer.drain()
        # not at_eof(): that is False while pipelined commands of a client that has gone stand in the buffer
        gone = self.reader._eof or self.reader.exception() is not None  # type: ignore[attr-defined]  # noqa: SLF001
        if gone or self.writer.is_closing():
            raise ConnectionResetError
        index, _ = self._kept[-1]
        self._kept[-1] = index, asyncio.get_running_loop().time()
        self.sink.arrivals[index] = replace(self.sink.arrivals[index], heard=True)

    def take_back(self) -> None:
        """The sink breaks off: a reply that the client had not read yet is lost with the connection."""
        now = asyncio.get_running_loop().time()
        for index, at in self._kept:
            if at + TAKEN_BACK > now:
                self.sink.arrivals[index] = replace(self.sink.arrivals[index], heard=False)


class World:
    """The thread with the event loop in which the sinks live."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sinks", daemon=True)
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def make(self, make: Callable[[], T]) -> T:
        """Make something in the loop."""

        async def made() -> T:
            return make()

        return self.do(made())

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
