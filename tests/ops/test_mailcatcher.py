"""Mail of the demo ward is caught: over real SMTP, shown on a real page."""

import asyncio
import json
import smtplib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from http.client import HTTPConnection
from threading import Thread

import pytest

from otayori.ops.mailcatcher.smtp import LARGEST_MAIL, SmtpProtocol
from otayori.ops.mailcatcher.store import Store
from otayori.ops.mailcatcher.web import make_server

KIM = "kim@guardian.example"
ALVAREZ = "alvarez@guardian.example"


class Catcher:
    """Both sides of a running mail catcher."""

    def __init__(self) -> None:
        self.store = Store()
        self.web = make_server("127.0.0.1", 0, self.store)
        self.loop = asyncio.new_event_loop()
        listening = self.loop.create_server(lambda: SmtpProtocol(self.store), "127.0.0.1", 0)
        self.server = self.loop.run_until_complete(listening)
        self.smtp_port: int = self.server.sockets[0].getsockname()[1]
        self.threads = [
            Thread(target=self.loop.run_forever),
            Thread(target=self.web.serve_forever, kwargs={"poll_interval": 0.01}),
        ]
        for thread in self.threads:
            thread.start()

    def close(self) -> None:
        self.web.shutdown()
        self.web.server_close()
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        for thread in self.threads:
            thread.join()
        self.loop.close()

    def send(self, mail: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as client:
            client.send_message(mail)

    def talk(self, *, send: bytes) -> str:
        """Send everything in one write, as a pipelining client does; everything that comes back."""
        with socket.create_connection(("127.0.0.1", self.smtp_port), timeout=5) as client:
            client.sendall(send)
            parts = iter(lambda: client.recv(65536), b"")
            return b"".join(parts).decode()

    def get(self, path: str, host: str = "localhost") -> tuple[int, dict[str, str], str]:
        connection = HTTPConnection("127.0.0.1", self.web.server_port, timeout=5)
        connection.request("GET", path, headers={"Host": host, "Connection": "close"})
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response.status, dict(response.getheaders()), body


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    catcher = Catcher()
    yield catcher
    catcher.close()


def a_notice(to: str = KIM, *, html: str = "<p>プールは中止です。</p>") -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = "明日のプールについて"
    mail["From"] = "桜小学校 <otayori@ward.example>"
    mail["To"] = to
    mail.set_content("プールは中止です。\n.\n..点で始まる行\n")
    mail.add_alternative(html, subtype="html")
    return mail


def test_a_notice_in_japanese_is_shown_decoded(catcher: Catcher) -> None:
    catcher.send(a_notice())
    _, _, page = catcher.get("/")
    assert "明日のプールについて" in page
    assert "桜小学校 &lt;otayori@ward.example&gt;" in page
    _, _, page = catcher.get("/mail/1")
    assert "プールは中止です。\n.\n..点で始まる行" in page
    assert '<iframe sandbox title="HTML の本文" src="/mail/1/html">' in page


def test_mails_are_found_by_address_newest_first(catcher: Catcher) -> None:
    for guardian in (KIM, ALVAREZ, KIM):
        catcher.send(a_notice(guardian))
    _, _, found = catcher.get("/mails.json?q=KIM%40guardian")
    assert [mail["number"] for mail in json.loads(found)] == [3, 1]
    assert json.loads(found)[0]["text"].startswith("プールは中止です。")
    _, _, page = catcher.get("/?q=nobody")
    assert "「nobody」を含む宛先・差出人のメールはありません" in page


def test_what_a_mail_brings_cannot_act(catcher: Catcher) -> None:
    evil = a_notice(html="<script>alert(1)</script>")
    del evil["Subject"]
    evil["Subject"] = "<script>alert(2)</script>"
    catcher.send(evil)
    for path in ("/", "/mail/1"):
        assert "<script>" not in catcher.get(path)[2]
    _, headers, _ = catcher.get("/mail/1/html")
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    status, headers, _ = catcher.get("/mail/1/raw")
    assert (status, headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/mail/7", "localhost", 404),
        ("/mail/x", "localhost", 404),
        ("/", "evil.example", 421),
        ("/?page=9", "127.0.0.1:8", 200),
    ],
)
def test_other_pages_and_other_names_are_refused(catcher: Catcher, path: str, host: str, status: int) -> None:
    assert catcher.get(path, host)[0] == status


def test_pipelined_commands_are_answered_in_order(catcher: Catcher) -> None:
    envelope = b"MAIL FROM:<a@ward.example> BODY=8BITMIME\r\nRCPT TO:<kim@guardian.example>\r\nDATA\r\n"
    mail = "Subject: 8bit\r\n\r\n..お知らせ\r\n.\r\n".encode()
    said = catcher.talk(send=b"EHLO me\r\n" + (envelope + mail) * 2 + b"QUIT\r\n")
    assert "250-PIPELINING" in said
    assert "250-8BITMIME" in said
    codes = [line[:3] for line in said.splitlines() if line[3] == " "]
    assert codes == ["220", "250", *["250", "250", "354", "250"] * 2, "221"]
    assert catcher.store.received == 2
    (newest, *_) = catcher.store.find()
    assert newest.raw.decode() == "Subject: 8bit\r\n\r\n.お知らせ\r\n"


@pytest.mark.parametrize(
    ("send", "code"),
    [
        (b"RCPT TO:<a@b.example>\r\n", "503"),
        (b"DATA\r\n", "503"),
        (b"MAIL FROM:a@b.example\r\n", "501"),
        (b"MAIL FROM:<>\r\nRCPT TO:<>\r\n", "501"),
        (b"FETCH\r\n", "502"),
        (b"N" * 5000, "500"),
        (b"MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n.\r\n", "250"),
    ],
)
def test_commands_out_of_order_are_refused(catcher: Catcher, send: bytes, code: str) -> None:
    said = catcher.talk(send=send + b"\r\nQUIT\r\n").splitlines()
    assert code in [line[:3] for line in said[1:]]


def test_a_mail_beyond_the_limit_is_refused(catcher: Catcher) -> None:
    protocol = SmtpProtocol(catcher.store)
    protocol.data_received(b"MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n")
    protocol.data_received(b"x" * (LARGEST_MAIL + 1))
    protocol.data_received(b"\r\n.\r\n")
    assert catcher.store.received == 0


def test_the_oldest_mails_are_forgotten_first() -> None:
    store = Store(most_mails=3, most_bytes=100)
    for _ in range(5):
        store.add(datetime.now(UTC), "", (KIM,), b"x" * 10)
    assert [mail.number for mail in store.find()] == [5, 4, 3]
    assert store.get(2) is None
    assert store.get(4) is not None
    store.add(datetime.now(UTC), "", (KIM,), b"x" * 95)
    assert [mail.number for mail in store.find()] == [6]
    assert store.received == 6
