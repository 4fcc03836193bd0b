"""A mailbox that bounces wait in. A mail leaves it after it was dealt with, never before."""

from contextlib import AbstractContextManager
from typing import Protocol

from otayori.delivery.bounces.imap import open_imap
from otayori.delivery.bounces.maildir import open_maildir
from otayori.delivery.bounces.place import MaildirPlace, Place


class Mailbox(Protocol):
    """Mails, each by a name of the mailbox's own."""

    def names(self) -> list[str]:
        """The mails that wait, oldest first."""
        ...

    def fetch(self, name: str) -> bytes | None:
        """The beginning of a mail (`mail.MAX_SIZE` octets); None when another process has taken it."""
        ...

    def delete(self, name: str) -> None:
        """Remove a mail that was written down."""
        ...

    def set_aside(self, name: str) -> None:
        """Move a mail that is none of ours, or that nobody understands, to a folder for people to look at."""
        ...


def open_mailbox(place: Place) -> AbstractContextManager[Mailbox]:
    """Open the mailbox. Raises what `UNREACHABLE` in collect.py names when it is away."""
    return open_maildir(place.path) if isinstance(place, MaildirPlace) else open_imap(place)
