"""One POST: what is asked, the curl handle that carries it, and what came back."""

import ssl
from dataclasses import dataclass, field
from enum import StrEnum

import pycurl

_MAX_ANSWER = 64 * 1024  # bytes of a response body that we let pass by unread
_TLS_ERRORS = frozenset(
    {
        pycurl.E_SSL_CONNECT_ERROR,
        pycurl.E_PEER_FAILED_VERIFICATION,
        pycurl.E_SSL_CERTPROBLEM,
        pycurl.E_SSL_CIPHER,
        pycurl.E_SSL_CACERT_BADFILE,
        pycurl.E_SSL_ISSUER_ERROR,
    }
)


class Failure(StrEnum):
    """Why there was no answer. The value is the code that staff see."""

    DNS = "connect dns"
    TLS = "connect tls"
    CONNECT = "connect"
    TIMEOUT = "timeout"  # before the request was out
    BROKEN = "broken"  # before the request was out
    LOST = "no answer"  # after its last byte: it may have arrived
    CLOSED = "closed"  # the channel was closed first
    PAUSED = "paused"  # not sent: the push service wants a pause
    BUSY = "busy"  # not sent: the push service hangs or falls behind

    @property
    def is_connecting(self) -> bool:
        """Whether no connection came about, which the next post would meet too."""
        return self in (Failure.DNS, Failure.TLS, Failure.CONNECT)


@dataclass(frozen=True, slots=True)
class Post:
    """One request. `origin` is that of the URL; posts to one origin share connections."""

    origin: str
    url: str = field(repr=False)
    headers: tuple[str, ...] = field(repr=False)
    body: bytes | None = field(repr=False)  # none: a HEAD, to have a connection


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: an HTTP status, or a failure. `retry_after` is in seconds."""

    status: int = 0
    failure: Failure | None = None
    retry_after: float | None = None

    @property
    def is_refusal(self) -> bool:
        """Whether the push service asks for less: later, or not so many."""
        return self.status == 429 or (self.status == 503 and self.retry_after is not None)


@dataclass(frozen=True, slots=True)
class Limits:
    """How far one process goes towards one push service, and how long it waits (seconds)."""

    max_connections: int = 16  # to one origin, where that many pay (pacing.py)
    streams: int = 100  # at once on one HTTP/2 connection; the least that RFC 9113 6.5.2 recommends to allow
    connect_timeout: float = 10.0
    total_timeout: float = 30.0
    hang_after: float = 8.0  # no answer to anything: what waits comes again later
    busy_for: float = 10.0  # before a push service that hangs is tried again
    idle_connection: float = 50.0  # not used again after it: routers forget connections in silence
    ca_file: str | None = None  # PEM; the system's certificates if None
    proxy: str = ""  # "http://proxy.example:8080"; none if empty, whatever the environment says


class Handle:
    """A curl handle with what was put into it last: settings that stay are not set again."""

    def __init__(self, limits: Limits) -> None:
        """Set up all that is alike in every post."""
        self.curl = curl = pycurl.Curl()
        self.is_for_posts = True
        self._headers: tuple[str, ...] = ()
        curl.setopt(pycurl.POST, 1)
        curl.setopt(pycurl.NOSIGNAL, 1)  # signals and threads do not mix
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(pycurl.FOLLOWLOCATION, 0)  # the allow-list was asked about this address, not the next
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
        curl.setopt(pycurl.MAXAGE_CONN, int(limits.idle_connection))
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, int(limits.connect_timeout * 1000))
        curl.setopt(pycurl.TIMEOUT_MS, int(limits.total_timeout * 1000))
        curl.setopt(pycurl.PROXY, limits.proxy)
        curl.setopt(pycurl.USERAGENT, "otayori")
        curl.setopt(pycurl.WRITEFUNCTION, len)  # "took all of it": bodies are of no use and may hold anything
        curl.setopt(pycurl.MAXFILESIZE, _MAX_ANSWER)
        _trust(curl, limits.ca_file)

    def load(self, post: Post) -> None:
        """Put a request in."""
        self.curl.setopt(pycurl.URL, post.url)
        if self._headers is not post.headers:
            self.curl.setopt(pycurl.HTTPHEADER, post.headers)
            # Over TLS rather wait for the connection being opened than open another: it will carry many.
            self.curl.setopt(pycurl.PIPEWAIT, int(post.origin.startswith("https:")))
            self._headers = post.headers
        if post.body is None:
            self.curl.setopt(pycurl.NOBODY, 1)
            self.is_for_posts = False
        else:
            self.curl.setopt(pycurl.POSTFIELDS, post.body)


def read_answer(handle: pycurl.Curl, error: int = pycurl.E_OK) -> Answer:
    """What became of the request in a finished handle.

    A status counts even if the body after it broke off: the push service has spoken.
    """
    status = handle.getinfo(pycurl.RESPONSE_CODE)
    if status in (429, 503):
        wait = handle.getinfo(pycurl.RETRY_AFTER)  # curl reads both forms, seconds and HTTP-date
        return Answer(status=status, retry_after=float(wait) if wait > 0 else None)
    if status >= 200:
        return Answer(status=status)
    return Answer(failure=_failure(handle, error))


def speaks_http2(handle: pycurl.Curl) -> bool:
    """Whether the answer came by HTTP/2, so that a connection carries many posts at once."""
    return bool(handle.getinfo(pycurl.INFO_HTTP_VERSION) == pycurl.CURL_HTTP_VERSION_2_0)


def _failure(handle: pycurl.Curl, error: int) -> Failure:
    if error in (pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_RESOLVE_PROXY):
        return Failure.DNS
    if error in _TLS_ERRORS:
        return Failure.TLS
    if error == pycurl.E_COULDNT_CONNECT:
        return Failure.CONNECT
    if handle.getinfo(pycurl.POSTTRANSFER_TIME_T) > 0:  # the moment the last byte left
        return Failure.LOST
    if error != pycurl.E_OPERATION_TIMEDOUT:
        return Failure.BROKEN
    # Connected at all? CONNECT_TIME stays 0 until then.
    return Failure.TIMEOUT if handle.getinfo(pycurl.CONNECT_TIME) > 0 else Failure.CONNECT


def _trust(handle: pycurl.Curl, ca_file: str | None) -> None:
    """Verify certificates against the given file or the system's store.

    The curl inside pycurl's wheel was built elsewhere and looks for certificates where another
    distribution has them, so we say where Python's OpenSSL finds them here.
    """
    handle.setopt(pycurl.SSL_VERIFYPEER, 1)
    handle.setopt(pycurl.SSL_VERIFYHOST, 2)
    system = ssl.get_default_verify_paths()
    if ca_file or system.cafile:
        handle.setopt(pycurl.CAINFO, ca_file or system.cafile)
    if not ca_file and system.capath:
        handle.setopt(pycurl.CAPATH, system.capath)
