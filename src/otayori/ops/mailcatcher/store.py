"""The mails that were caught, in memory, the newest ones only."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

MOST_MAILS = 30_000
MOST_BYTES = 300_000_000


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it came over SMTP. `number` counts from 1 and is never used again."""

    number: int
    received_at: datetime  # aware, UTC
    sender: str  # of the envelope; "" for a bounce
    recipients: tuple[str, ...]  # of the envelope
    raw: bytes


class Store:
    """A bounded pile of mails, filled by the SMTP side and read by the threads of the web side."""

    def __init__(self, most_mails: int = MOST_MAILS, most_bytes: int = MOST_BYTES) -> None:
        self._mails: deque[Mail] = deque()
        self._most_mails = most_mails
        self._most_bytes = most_bytes
        self._bytes = 0
        self._next = 1
        self._lock = Lock()

    @property
    def received(self) -> int:
        """How many mails have come since the start, forgotten ones included."""
        return self._next - 1

    def add(self, received_at: datetime, sender: str, recipients: tuple[str, ...], raw: bytes) -> None:
        """Keep a mail, and forget the oldest ones that no longer fit."""
        with self._lock:
            self._mails.append(Mail(self._next, received_at, sender, recipients, raw))
            self._next += 1
            self._bytes += len(raw)
            while len(self._mails) > self._most_mails or (
                self._bytes > self._most_bytes and len(self._mails) > 1
            ):
                self._bytes -= len(self._mails.popleft().raw)

    def find(self, address: str = "") -> list[Mail]:
        """Mails with `address` in an address of the envelope, or all; the newest first."""
        with self._lock:
            mails = list(self._mails)
        mails.reverse()
        part = address.casefold()
        return [mail for mail in mails if part in " ".join((mail.sender, *mail.recipients)).casefold()]

    def get(self, number: int) -> Mail | None:
        """The mail of that number, if it is still kept."""
        with self._lock:
            place = number - (self._next - len(self._mails))
            return self._mails[place] if 0 <= place < len(self._mails) else None
