"""The guardians' apps as the server sees them: signed in, with a session in the database and a CSRF token."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.middleware import csrf
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.crypto import get_random_string

from otayori.core import clock
from otayori.delivery.models import ChannelName, Endpoint
from otayori.roster.models import Guardian

BACKEND = "otayori.accounts.backend.EmailBackend"
HALF_A_YEAR = timedelta(days=180)
DAY = 24 * 3600  # seconds
AT_ONCE = 5000


@dataclass(frozen=True)
class App:
    """One guardian's app: what it signs its requests with, and what it says of itself."""

    guardian: UUID
    push_url: str
    cookies: dict[str, str]
    token: str

    def items(self, message: UUID) -> list[dict[str, Any]]:
        """What waits on the device once a message that a push brought was opened (family/queue.py)."""
        opened = {"id": str(message), "version": 1}
        return [
            {"key": "arrived", "kind": "arrived", "data": {"endpoint": self.push_url}},
            {"key": f"receipt:{message}", "kind": "receipt", "data": opened},
            {"key": "seen", "kind": "seen", "data": {"endpoint": self.push_url}},
        ]

    def body(self, items: Sequence[Mapping[str, Any]]) -> str:
        return json.dumps({"guardian": str(self.guardian), "items": items}, separators=(",", ":"))

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def post(self, port: int, path: str, body: str) -> str:
        """The bytes of a POST as `deliver.js` makes it."""
        return self._request(
            f"POST {path}", port, body,
            {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": self.token},
        )  # fmt: skip

    def get(self, port: int, path: str, headers: Mapping[str, str]) -> str:
        """The bytes of a GET of the service worker."""
        return self._request(f"GET {path}", port, "", headers)

    def _request(self, what: str, port: int, body: str, headers: Mapping[str, str]) -> str:
        browser = {
            "Host": f"127.0.0.1:{port}",
            "User-Agent": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0 Mobile",
            "Accept-Encoding": "gzip, deflate",
            "Accept-Language": "ja",
            "Cookie": self.cookie,
        }
        if body:
            browser |= {"Origin": f"http://127.0.0.1:{port}", "Content-Length": str(len(body))}
        lines = [f"{name}: {value}" for name, value in (browser | dict(headers)).items()]
        return "\r\n".join([f"{what} HTTP/1.1", *lines, "", body])


def sign_in_everybody() -> list[App]:
    """Put a session for each guardian into the database, as signing in does; their apps."""
    addresses = {
        way.guardian_id: str(json.loads(way.address)["endpoint"])
        for way in Endpoint.objects.filter(channel=ChannelName.WEBPUSH)
    }
    store, expires, apps, rows = SessionStore(), clock.now() + HALF_A_YEAR, [], []
    for person in Guardian.objects.select_related("user").iterator():
        data = {
            SESSION_KEY: str(person.user.pk),
            BACKEND_SESSION_KEY: BACKEND,
            HASH_SESSION_KEY: person.user.get_session_auth_hash(),
            "renewed": int(time.time()) - len(apps) % 8 * DAY,  # accounts/sessions.py: one of eight is due
        }
        key, secret = get_random_string(32).lower(), get_random_string(32)
        rows.append(Session(session_key=key, session_data=store.encode(data), expire_date=expires))
        cookies = {"otayori_session": key, "csrftoken": secret}
        token = csrf._mask_cipher_secret(secret)  # noqa: SLF001 - as {{ csrf_token }} does
        apps.append(App(person.id, addresses[person.id], cookies, token))
    Session.objects.bulk_create(rows, batch_size=AT_ONCE)
    return apps


def statements(app: App, path: str, body: str) -> int:
    """How many statements a POST costs."""
    client = Client(HTTP_X_CSRFTOKEN=app.token, HTTP_ACCEPT="application/json", enforce_csrf_checks=True)
    for name, value in app.cookies.items():
        client.cookies[name] = value
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(path, body, content_type="application/json", HTTP_HOST="127.0.0.1")
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return len(captured)


def save_rows(apps: Sequence[App], message: UUID, file: Path) -> None:
    """Write the receipts for `wrk` (opens.lua): token, cookies and body in a line each."""
    lines = [
        "\t".join([app.token, app.cookie, app.body([app.items(message)[1]])])
        for app in apps
    ]  # fmt: skip
    file.write_text("\n".join(lines))
