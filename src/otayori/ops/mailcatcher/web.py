"""The web side: list and search, one mail, its HTML in a sandbox, its source. Loopback only."""

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from django.template import Context, Engine

from otayori.ops.mailcatcher.decode import read_all_headers, read_body, read_headers
from otayori.ops.mailcatcher.store import Mail, Store

PAGE_SIZE = 50
JAPAN = ZoneInfo("Asia/Tokyo")
HTML = "text/html; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
JSON = "application/json"

_OUR_PAGES = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'"
# What came by mail gets no script, no network, no origin.
_THEIR_PAGES = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}

_engine = Engine(dirs=[str(Path(__file__).with_name("templates"))], autoescape=True)


class _Page(Exception):
    def __init__(self, status: HTTPStatus) -> None:
        self.status = status


class Handler(BaseHTTPRequestHandler):
    """Answers one GET. `store` is set on the subclass that `make_server` makes."""

    store: Store
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Find the page and send it."""
        try:
            self._check_host()
            self._route()
        except _Page as page:
            self._send(page.status.phrase, PLAIN, status=page.status)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: addresses of the search would stand in the console."""

    def _check_host(self) -> None:
        """Refuse other names for this machine: no web site shall read mails by rebinding its own name."""
        name = re.sub(r":\d+$", "", self.headers.get("Host", ""))
        if name not in _LOOPBACK_NAMES:
            raise _Page(HTTPStatus.MISDIRECTED_REQUEST)

    def _route(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/":
            return self._list(query.get("q", "").strip(), query.get("page", ""))
        if parts.path == "/mails.json":
            return self._json(query.get("q", "").strip())
        one = re.fullmatch(r"/mail/(\d{1,12})(/html|/raw)?", parts.path)
        mail = one and self.store.get(int(one[1]))
        if not one or not mail:
            raise _Page(HTTPStatus.NOT_FOUND)
        answers: dict[str | None, Callable[[Mail], None]] = {"/html": self._html, "/raw": self._raw}
        return answers.get(one[2], self._mail)(mail)

    def _list(self, address: str, page_text: str) -> None:
        found = self.store.find(address)
        pages = max(1, -(-len(found) // PAGE_SIZE))
        page = min(pages, max(1, int(page_text))) if re.fullmatch(r"\d{1,6}", page_text) else 1
        shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        self._render(
            "list.html",
            rows=[_row(mail) for mail in shown],
            address=address,
            found=len(found),
            received=self.store.received,
            page=page,
            pages=pages,
            newer=page - 1 if page > 1 else None,
            older=page + 1 if page < pages else None,
        )

    def _json(self, address: str) -> None:
        mails = [
            _row(mail) | {"text": read_body(mail.raw, "plain")}
            for mail in self.store.find(address)[:PAGE_SIZE]
        ]
        self._send(json.dumps(mails, ensure_ascii=False), JSON)

    def _mail(self, mail: Mail) -> None:
        self._render(
            "mail.html",
            mail=_row(mail),
            headers=read_all_headers(mail.raw),
            text=read_body(mail.raw, "plain"),
            has_html=read_body(mail.raw, "html") is not None,
        )

    def _html(self, mail: Mail) -> None:
        html = read_body(mail.raw, "html")
        if html is None:
            raise _Page(HTTPStatus.NOT_FOUND)
        self._send(html, HTML, policy=_THEIR_PAGES)

    def _raw(self, mail: Mail) -> None:
        self._send(mail.raw.decode(errors="replace"), PLAIN)

    def _render(self, template: str, **values: object) -> None:
        context = Context(values, use_l10n=False, use_tz=False)
        self._send(_engine.get_template(template).render(context), HTML)

    def _send(
        self, text: str, kind: str, *, status: HTTPStatus = HTTPStatus.OK, policy: str = _OUR_PAGES
    ) -> None:
        body = text.encode(errors="replace")
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """Threads, as a browser keeps connections open; they end with the process."""

    daemon_threads = True


def make_server(host: str, port: int, store: Store) -> Server:
    """A server that is bound and not yet serving. Raises OSError where the port is taken."""
    return Server((host, port), type("StoreHandler", (Handler,), {"store": store}))


def _row(mail: Mail) -> dict[str, object]:
    headers = read_headers(mail.raw)
    return {
        "number": mail.number,
        "received_at": mail.received_at.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M:%S"),
        "subject": headers.subject,
        "sender": headers.sender or mail.sender,
        "recipients": ", ".join(mail.recipients),
        "size": len(mail.raw),
    }
