"""The connections to one push service: a libcurl multi handle, driven by socket events."""

import select
import time
from collections.abc import Iterator

import pycurl

from otayori.delivery.channels.webpush.exchange import Handle, Limits

_EVENTS = {
    pycurl.POLL_IN: select.EPOLLIN,
    pycurl.POLL_OUT: select.EPOLLOUT,
    pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
}


class Line:
    """One per push service; another one takes its place when its connections hang.

    Everything here runs in the driver's thread. `sockets` says which line a socket belongs to, for all lines.
    """

    def __init__(self, limits: Limits, poll: select.epoll, sockets: dict[int, "Line"]) -> None:
        self._poll = poll
        self._sockets = sockets
        self._handles: dict[pycurl.Curl, Handle] = {}
        self._multi = multi = pycurl.CurlMulti()
        multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
        multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, limits.max_connections)
        multi.setopt(pycurl.M_MAX_CONCURRENT_STREAMS, limits.streams)
        multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self.timer: float | None = None  # when curl wants to be called again, monotonic

    def start(self, handle: Handle) -> None:
        """Send off what was put into the handle."""
        self._handles[handle.curl] = handle
        self._multi.add_handle(handle.curl)

    def ready(self, fd: int, events: int) -> None:
        """A socket of this line can be read or written."""
        mask = pycurl.CSELECT_OUT if events & select.EPOLLOUT else 0
        if events & ~select.EPOLLOUT:  # data, or the end of the connection
            mask |= pycurl.CSELECT_IN
        self._multi.socket_action(fd, mask)

    def tick(self, now: float) -> None:
        """Let curl do what it wanted to do by now."""
        if self.timer is not None and self.timer <= now:
            self.timer = None  # curl sets it anew while it is being called
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def finished(self) -> Iterator[tuple[Handle, int]]:
        """Take back the handles that are done, each with curl's error code."""
        more = 1
        while more:
            more, fine, failed = self._multi.info_read()
            for curl in fine:
                yield self.take(curl), pycurl.E_OK
            for curl, error, _text in failed:
                yield self.take(curl), error

    def take(self, curl: pycurl.Curl) -> Handle:
        """Take a handle back, done or not."""
        self._multi.remove_handle(curl)
        return self._handles.pop(curl)

    @property
    def is_idle(self) -> bool:
        return not self._handles

    def close(self) -> None:
        """Close the connections and give up what is still under way."""
        for curl in list(self._handles):
            self.take(curl).curl.close()
        self._multi.close()

    def _watch(self, what: int, fd: int, _multi: object, _data: object) -> None:
        """Curl tells which of its sockets to watch, and for what."""
        if what == pycurl.POLL_REMOVE:
            if self._sockets.pop(fd, None) is not None:
                self._poll.unregister(fd)
        elif fd in self._sockets:
            self._poll.modify(fd, _EVENTS[what])
        else:
            self._sockets[fd] = self
            self._poll.register(fd, _EVENTS[what])

    def _set_timer(self, milliseconds: int) -> None:
        self.timer = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000
