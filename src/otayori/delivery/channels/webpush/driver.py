"""The thread that holds the connections: a libcurl multi handle, driven by socket events.

Everything here runs in that thread, except `submit` and `stop`.
"""

import contextlib
import logging
import selectors
import socket
import threading
import time
from collections import deque

import pycurl

from otayori.delivery.channels.webpush.exchange import (
    Answer,
    Failure,
    Limits,
    load,
    new_handle,
    read_answer,
    speaks_http2,
)
from otayori.delivery.channels.webpush.queueing import Call, Origin, Waiting

logger = logging.getLogger(__name__)

_EVENTS = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}


class Driver(threading.Thread):
    """Carries posts out until stopped. Every call submitted is answered, whatever happens."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(name="webpush", daemon=True)
        self._limits = limits
        self._lock = threading.Lock()
        self._inbox: deque[Call] = deque()
        self._stopping = False
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._origins: dict[str, Origin] = {}
        self._under_way: dict[pycurl.Curl, Waiting] = {}
        self._idle: list[pycurl.Curl] = []
        self._timer: float | None = None  # when curl wants to be called again, monotonic

    def submit(self, call: Call) -> bool:
        """Hand over posts, from any thread; False if the driver has stopped."""
        with self._lock:
            if self._stopping:
                return False
            self._inbox.append(call)
            self._wake()
        return True

    def stop(self) -> None:
        """Ask the thread to end; what is not finished is answered as closed. From any thread."""
        with self._lock:
            if not self._stopping:
                self._stopping = True
                self._wake()

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # the pipe is full of wake-ups already
            self._wake_in.send(b"\0")

    def run(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake_out, selectors.EVENT_READ)
        self._multi = self._new_multi()
        try:
            while not self._stopping:
                self._step()
        except Exception:
            logger.exception("the web push driver broke off")
        finally:
            self._end()

    def _new_multi(self) -> pycurl.CurlMulti:
        multi = pycurl.CurlMulti()
        multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
        multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, self._limits.max_connections)
        multi.setopt(pycurl.M_MAX_CONCURRENT_STREAMS, self._limits.streams)
        multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        return multi

    def _step(self) -> None:
        """Wait for something to happen, let curl do its part, settle and start posts."""
        for key, events in self._selector.select(self._patience()):
            if key.fileobj is self._wake_out:
                self._wake_out.recv(4096)
            else:
                mask = pycurl.CSELECT_IN if events & selectors.EVENT_READ else 0
                mask |= pycurl.CSELECT_OUT if events & selectors.EVENT_WRITE else 0
                self._multi.socket_action(key.fd, mask)
        if self._timer is not None and self._timer <= time.monotonic():
            self._timer = None  # curl sets it anew while it is being called
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        self._settle_finished()
        self._take_inbox()
        self._start_waiting()

    def _patience(self) -> float | None:
        """How long to wait for sockets, in seconds; queues are looked at for stale posts each second."""
        patience = 1.0 if any(origin.has_waiting for origin in self._origins.values()) else None
        if self._timer is not None:
            until = max(0.0, self._timer - time.monotonic())
            patience = until if patience is None else min(patience, until)
        return patience

    def _watch(self, what: int, fd: int, _multi: object, _data: object) -> None:
        """Curl tells which of its sockets to watch, and for what."""
        known = fd in self._selector.get_map()
        if what == pycurl.POLL_REMOVE:
            if known:
                self._selector.unregister(fd)
        elif known:
            self._selector.modify(fd, _EVENTS[what])
        else:
            self._selector.register(fd, _EVENTS[what])

    def _set_timer(self, milliseconds: int) -> None:
        self._timer = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    def _take_inbox(self) -> None:
        start_by = time.monotonic() + self._limits.total_timeout
        while self._inbox:
            call = self._inbox.popleft()
            for index, post in enumerate(call.posts):
                origin = self._origins.setdefault(post.origin, Origin(self._limits))
                origin.add(Waiting(call, index, start_by))

    def _start_waiting(self) -> None:
        now = time.monotonic()
        for origin in self._origins.values():
            for stale in origin.drain(now):
                stale.settle(Answer(failure=Failure.TIMEOUT))
            while waiting := origin.next():
                handle = self._idle.pop() if self._idle else new_handle(self._limits)
                load(handle, waiting.post)
                self._under_way[handle] = waiting
                self._multi.add_handle(handle)

    def _settle_finished(self) -> None:
        more = 1
        while more:
            more, fine, failed = self._multi.info_read()
            for handle in fine:
                self._settle(handle, pycurl.E_OK)
            for handle, error, _text in failed:
                self._settle(handle, error)

    def _settle(self, handle: pycurl.Curl, error: int) -> None:
        waiting = self._under_way.pop(handle)
        answer = read_answer(handle, error)
        origin = self._origins[waiting.post.origin]
        origin.in_flight -= 1
        if answer.failure is None:
            origin.heard(http2=speaks_http2(handle))
        elif answer.failure.is_connecting:
            # It has not answered yet and cannot be reached: the queue behind need not try it too.
            for hopeless in [] if origin.answered else origin.drain():
                hopeless.settle(answer)
            origin.lost()
        self._multi.remove_handle(handle)
        self._idle.append(handle)
        waiting.settle(answer)

    def _end(self) -> None:
        """Answer all that is left and close everything."""
        self.stop()  # nothing more comes in, also where the loop broke off by itself
        self._take_inbox()
        for handle, waiting in self._under_way.items():
            answer = read_answer(handle)
            lost = answer.failure is Failure.LOST
            waiting.settle(answer if lost or answer.status else Answer(failure=Failure.CLOSED))
            self._multi.remove_handle(handle)
            handle.close()
        for origin in self._origins.values():
            for waiting in origin.drain():
                waiting.settle(Answer(failure=Failure.CLOSED))
        for handle in self._idle:
            handle.close()
        self._multi.close()
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()
