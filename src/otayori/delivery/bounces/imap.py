"""Bounces in a mailbox on an IMAP server (RFC 3501, by UID)."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from otayori.delivery.bounces.mail import MAX_SIZE
from otayori.delivery.bounces.place import ImapPlace

ASIDE = "Otayori-unread"
TIMEOUT = 30.0  # seconds for each answer
_AT_ONCE = 500  # mails of one visit; the next takes more


class ImapMailbox:
    """Implements `mailbox.Mailbox`. Names are UIDs."""

    def __init__(self, server: imaplib.IMAP4) -> None:
        self._server = server

    def names(self) -> list[str]:
        """The UIDs of what waits, oldest first."""
        found: list[bytes | None] = _ok(self._server.uid("SEARCH", "UNDELETED"))
        return [uid.decode("ascii") for uid in (found[0] or b"").split()[:_AT_ONCE]]

    def fetch(self, name: str) -> bytes | None:
        """The beginning of a mail, unread mails staying unread; None when it is gone."""
        found = _ok(self._server.uid("FETCH", name, f"(BODY.PEEK[]<0.{MAX_SIZE}>)"))
        return next((bytes(part[1]) for part in found if isinstance(part, tuple)), None)

    def delete(self, name: str) -> None:
        """Mark a mail as deleted; it goes as the mailbox is closed."""
        _ok(self._server.uid("STORE", name, "+FLAGS.SILENT", r"(\Deleted)"))

    def set_aside(self, name: str) -> None:
        """Copy a mail to `ASIDE`, made when it is missing, and delete it here."""
        status, _ = self._server.uid("COPY", name, ASIDE)
        if status != "OK":
            self._server.create(ASIDE)
            _ok(self._server.uid("COPY", name, ASIDE))
        self.delete(name)


@contextmanager
def open_imap(place: ImapPlace) -> Iterator[ImapMailbox]:
    """The mailbox, signed in to; what is marked as deleted goes at the end.

    Raises OSError (ssl.SSLError among them) or imaplib.IMAP4.error.
    """
    server = _connect(place)
    try:
        server.login(place.user, place.password)
        _ok(server.select(_quoted(place.folder)))
        yield ImapMailbox(server)
        server.close()
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _connect(place: ImapPlace) -> imaplib.IMAP4:
    if not place.tls:
        return imaplib.IMAP4(place.host, place.port, timeout=TIMEOUT)
    context = ssl.create_default_context()  # verifies certificate and name
    return imaplib.IMAP4_SSL(place.host, place.port, ssl_context=context, timeout=TIMEOUT)


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _ok(answer: tuple[str, Any]) -> Any:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error("the mailbox refused")
    return data
