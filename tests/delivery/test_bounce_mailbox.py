"""Bounces wait in a Maildir or at an IMAP server: each leaves after it was written down, none is lost."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from otayori.core import crypto
from otayori.delivery.bounces.collect import UNREACHABLE, Collector, empty_mailbox, verp
from otayori.delivery.bounces.place import ImapPlace, MaildirPlace, read_place
from otayori.delivery.bounces.take_in import Taken
from otayori.delivery.bounces.verp import Verp
from otayori.delivery.models import Bounce, Delivery
from otayori.delivery.status import Status
from tests.delivery.bounce_mails import came_back
from tests.delivery.imap_server import PASSWORD, USER, ImapServer, imap_server
from tests.delivery.ledger import guardians, release_to, write_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses(settings: Settings, tmp_path: Path) -> Verp:
    settings.OTAYORI_BOUNCE_ADDRESS = "bounce@otayori.city.example"
    settings.OTAYORI_BOUNCE_MAILBOX = f"maildir:{tmp_path}"
    made = verp()
    assert made is not None
    return made


@pytest.fixture(scope="module")
def dovecot() -> Iterator[ImapServer]:
    with imap_server() as server:
        yield server


def maildir(path: Path, *mails: bytes) -> None:
    for kind in ("tmp", "new", "cur"):
        (path / kind).mkdir(exist_ok=True)
    for number, mail in enumerate(mails):
        (path / ("new" if number % 2 else "cur") / f"176324767{number}.M1P1.relay").write_bytes(mail)


def files(path: Path) -> list[str]:
    return sorted(p.name for kind in ("tmp", "new", "cur") for p in (path / kind).glob("*"))


@pytest.fixture(autouse=True)
def keys(db: None) -> None:
    crypto.ensure_keysets([crypto.WARD, crypto.LOOKUP])


def sent(count: int = 2) -> list[Delivery]:
    batch = release_to(guardians(count))
    write_rows()
    batch.deliveries.update(status=Status.SENT)
    return list(batch.deliveries.order_by("id"))


def test_a_maildir_is_emptied_and_what_is_not_ours_set_aside(addresses: Verp, tmp_path: Path) -> None:
    first, second = sent()
    gone = came_back("postfix-unknown-user", first.id, addresses)
    unclear = came_back("spam", second.id, addresses)
    maildir(tmp_path, gone, b"From: postmaster@x\n\nhello", gone, unclear)
    assert empty_mailbox() == {Taken.WRITTEN: 1, Taken.NOT_OURS: 1, Taken.KNOWN: 1, Taken.UNCLEAR: 1}
    first.refresh_from_db()
    assert first.status == Status.FAILED
    assert files(tmp_path) == []
    assert files(tmp_path / ".Otayori-unread") == ["1763247671.M1P1.relay", "1763247673.M1P1.relay"]
    assert empty_mailbox() == {}


def test_a_link_in_the_maildir_is_not_followed(addresses: Verp, tmp_path: Path) -> None:
    maildir(tmp_path)
    (tmp_path / "secret").write_text("x")
    (tmp_path / "new" / "1.link").symlink_to(tmp_path / "secret")
    assert empty_mailbox() == {}
    assert (tmp_path / "secret").exists()


def test_without_settings_nothing_is_read(settings: Settings, addresses: Verp, tmp_path: Path) -> None:
    maildir(tmp_path, b"x")
    settings.OTAYORI_BOUNCE_ADDRESS = ""
    assert empty_mailbox() == {}
    assert files(tmp_path) != []


@pytest.mark.django_db(transaction=True)
def test_a_mail_stays_while_the_database_is_away(addresses: Verp, tmp_path: Path) -> None:
    (delivery,) = sent(1)
    maildir(tmp_path, came_back("gmail-full", delivery.id, addresses))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    params = connection.get_connection_params()
    for unwanted in ("cursor_factory", "context"):
        params.pop(unwanted, None)
    with psycopg.connect(**params, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(OperationalError):
        empty_mailbox()
    connection.close()
    assert len(files(tmp_path)) == 1
    assert empty_mailbox() == {Taken.WRITTEN: 1}


def test_a_mailbox_that_is_away_is_told_once(
    addresses: Verp, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    collector = Collector()
    collector.collect()
    collector.collect()
    maildir(tmp_path)
    collector.collect()
    collector.collect()
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        "the mailbox of bounces is away (FileNotFoundError); trying again",
        "the mailbox of bounces is back",
    ]


@pytest.mark.processes
@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain on loopback"])
def test_an_imap_mailbox_is_emptied(
    addresses: Verp, dovecot: ImapServer, settings: Settings, monkeypatch: pytest.MonkeyPatch, tls: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate))
    settings.OTAYORI_BOUNCE_MAILBOX = url(dovecot, tls=tls)
    first, _ = sent()
    gone = came_back("postfix-unknown-user", first.id, addresses)
    dovecot.deliver(gone, f"1.{tls}")
    dovecot.deliver(b"From: postmaster@x\n\nhello", f"2.{tls}")
    dovecot.deliver(gone + b"x" * 600_000, f"3.{tls}")
    assert empty_mailbox() == {Taken.WRITTEN: 1, Taken.NOT_OURS: 1, Taken.KNOWN: 1}
    assert Bounce.objects.get().delivery_id == first.id
    assert dovecot.folder("") == []
    assert b"hello" in dovecot.folder("Otayori-unread")[-1]
    assert empty_mailbox() == {}


@pytest.mark.processes
@pytest.mark.parametrize("wrong", ["password", "certificate", "folder", "nobody listens"])
def test_a_mailbox_that_can_not_be_opened_is_away(
    addresses: Verp, dovecot: ImapServer, settings: Settings, wrong: str
) -> None:
    """Its certificate is not trusted here."""
    where = url(dovecot, tls=wrong == "certificate")
    settings.OTAYORI_BOUNCE_MAILBOX = {
        "password": where.replace(USER, "other", 1),
        "certificate": where,
        "folder": where.replace("INBOX", "Nowhere"),
        "nobody listens": "imap://u:p@127.0.0.1:1",
    }[wrong]
    with pytest.raises(UNREACHABLE):
        empty_mailbox()


def url(server: ImapServer, *, tls: bool) -> str:
    port = server.tls_port if tls else server.port
    return f"imap{'s' if tls else ''}://{USER}:{quote(PASSWORD)}@localhost:{port}/INBOX"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("maildir:/var/mail/b", MaildirPlace(Path("/var/mail/b"))),
        ("maildir:///var/mail/b", MaildirPlace(Path("/var/mail/b"))),
        ("imaps://u%40x:p%2F@mail.example", ImapPlace("mail.example", 993, "u@x", "p/", "INBOX", True)),
        ("imaps://u:p@mail.example:9993/A/B", ImapPlace("mail.example", 9993, "u", "p", "A/B", True)),
        ("imap://u:p@127.0.0.1", ImapPlace("127.0.0.1", 143, "u", "p", "INBOX", False)),
        ("imap://u:p@[::1]", ImapPlace("::1", 143, "u", "p", "INBOX", False)),
    ],
)
def test_a_place_is_read(text: str, place: object) -> None:
    assert read_place(text) == place
    assert "p%2F" not in repr(place)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "maildir: か"), ("pop3://u:p@x", "maildir: か"), ("maildir:b", "/ で始まる"),
        ("maildir://x/b", "/ で始まる"), ("imaps://mail.example", "の形に"), ("imaps://u:p@", "の形に"),
        ("imap://u:short-secret@mail.example", "imaps:// に"), ("imaps://u:p@x:99999", "URL の形"),
        ("imaps://u:p@x?a=1", "「?」"), ("imaps://u:秘密@x", "半角"), ("imaps://u:p%0a@x", "半角"),
    ],
)  # fmt: skip
def test_a_wrong_place_is_said_without_its_password(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as wrong:
        read_place(text)
    assert "short-secret" not in str(wrong.value)
