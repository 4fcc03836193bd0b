"""The thread that posts: it makes each request when its turn comes, and holds the connections.

One thread does all of it, encryption included: a loop over ready sockets and free places costs less than
handing chunks from thread to thread, and the event loop of the caller stays free. More cores are used by
more processes (key generation and AES-GCM hold the interpreter's lock).
"""

import contextlib
import itertools
import logging
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from otayori.delivery.channels.webpush.exchange import (
    Answer,
    Failure,
    Handle,
    Limits,
    read_answer,
    speaks_http2,
)
from otayori.delivery.channels.webpush.line import Line
from otayori.delivery.channels.webpush.queueing import Errand, Origin, Start

logger = logging.getLogger(__name__)

_AT_A_TIME = 50  # errands read, or posts started, before the sockets are looked at again: about 5 ms
_QUEUES_EVERY = 0.5  # seconds between looks at what waits too long


class Driver(threading.Thread):
    """Carries errands out until stopped. Every errand submitted is settled, whatever happens.

    Everything runs in this thread, except `submit` and `stop`.
    """

    def __init__(self, limits: Limits) -> None:
        super().__init__(name="webpush", daemon=True)
        self._limits = limits
        self._lock = threading.Lock()
        self._inbox: deque[tuple[Iterator[Errand], Callable[[], bool]]] = deque()
        self._flushes: list[Callable[[], bool]] = []
        self._stopping = False
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._poll = select.epoll()
        self._sockets: dict[int, Line] = {}
        self._origins: dict[str, Origin] = {}
        self._lines: dict[tuple[str, int], Line] = {}  # by origin and era
        self._under_way: dict[Handle, Start] = {}
        self._idle: list[Handle] = []
        self._eager = False  # there is more to do at once

    def submit(self, errands: Iterable[Errand], flush: Callable[[], bool]) -> bool:
        """Hand over errands, from any thread; False if the driver has stopped.

        They are iterated over here, in the driver's thread, so reading addresses may be left to the iterator.
        `flush` is called now and then, until it says that nothing more is to come.
        """
        with self._lock:
            if self._stopping:
                return False
            self._inbox.append((iter(errands), flush))
            self._wake()
        return True

    def stop(self) -> None:
        """Ask the thread to end; what is not finished is settled as closed. From any thread."""
        with self._lock:
            if not self._stopping:
                self._stopping = True
                self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # the pipe is full of wake-ups already
            self._wake_in.send(b"\0")

    def run(self) -> None:
        self._poll.register(self._wake_out, select.EPOLLIN)
        try:
            while not self._stopping:
                self._step()
        except Exception:
            logger.exception("the web push driver broke off")
        finally:
            self._end()

    def _step(self) -> None:
        """Wait for something to happen, let curl do its part, settle and start posts."""
        for fd, events in self._poll.poll(self._patience()):
            if fd in self._sockets:
                self._sockets[fd].ready(fd, events)
            elif fd == self._wake_out.fileno():
                self._wake_out.recv(4096)
        now = time.monotonic()
        for (name, era), line in list(self._lines.items()):
            line.tick(now)
            for handle, error in line.finished():
                self._settle(handle, error, now)
            if era != self._origins[name].era and line.is_idle:
                self._lines.pop((name, era)).close()
        self._eager = self._read_inbox(now)
        for origin in self._origins.values():
            self._eager = self._start_some(origin, now) or self._eager
        self._flushes = [flush for flush in self._flushes if flush()]

    def _patience(self) -> float | None:
        """How long to wait for sockets, in seconds."""
        if self._eager:
            return 0.0
        waits = [line.timer - time.monotonic() for line in self._lines.values() if line.timer is not None]
        if any(origin.has_waiting for origin in self._origins.values()):
            waits.append(_QUEUES_EVERY)
        return max(0.0, min(waits)) if waits else None

    def _read_inbox(self, now: float) -> bool:
        """Queue some errands; whether there are more."""
        if not self._inbox:
            return False
        errands, flush = self._inbox[0]
        if flush not in self._flushes:
            self._flushes.append(flush)
        some = list(itertools.islice(errands, _AT_A_TIME))
        for errand in some:
            self._queue(errand, now)
        if len(some) < _AT_A_TIME:
            self._inbox.popleft()
        return bool(self._inbox)

    def _queue(self, errand: Errand, now: float) -> None:
        if errand.origin not in self._origins:
            self._origins[errand.origin] = Origin(errand.origin, self._limits)
        self._origins[errand.origin].add(errand, now)

    def _start_some(self, origin: Origin, now: float) -> bool:
        """Start what may start now; whether more may."""
        for errand, answer in origin.turn_away(now):
            errand.settle(answer)
        for _ in range(_AT_A_TIME):
            start = origin.next(now)
            if start is None:
                return False
            post = start.errand.post()
            if post is None:
                origin.drop(start)
                continue
            handle = self._idle.pop() if self._idle and post.body is not None else Handle(self._limits)
            self._under_way[handle] = start
            handle.load(post)
            self._line(origin).start(handle)
        return True

    def _line(self, origin: Origin) -> Line:
        key = origin.name, origin.era
        if key not in self._lines:
            self._lines[key] = Line(self._limits, self._poll, self._sockets)
        return self._lines[key]

    def _settle(self, handle: Handle, error: int, now: float) -> None:
        start = self._under_way.pop(handle)
        origin = self._origins[start.errand.origin]
        answer = read_answer(handle.curl, error)
        http2 = answer.failure is None and speaks_http2(handle.curl)
        for errand, fate in origin.settle(start, answer, http2=http2, now=now):
            errand.settle(fate)
        if handle.is_for_posts:
            self._idle.append(handle)
        else:
            handle.curl.close()
        if start.errand.settle(answer):
            origin.add(start.errand, now)

    def _end(self) -> None:
        """Settle all that is left and close everything."""
        self.stop()  # nothing more comes in, also where the loop broke off by itself
        for handle, start in self._under_way.items():
            answer = read_answer(handle.curl)
            spoke = answer.failure is Failure.LOST or answer.status
            start.errand.settle(answer if spoke else Answer(failure=Failure.CLOSED))
        unread = itertools.chain.from_iterable(errands for errands, _ in self._inbox)
        waiting = itertools.chain.from_iterable(origin.drain() for origin in self._origins.values())
        for errand in itertools.chain(waiting, unread):
            errand.settle(Answer(failure=Failure.CLOSED))
        for flush in (*self._flushes, *(flush for _, flush in self._inbox)):
            flush()
        for line in self._lines.values():
            line.close()
        for handle in self._idle:
            handle.curl.close()
        self._poll.close()
        self._wake_in.close()
        self._wake_out.close()
