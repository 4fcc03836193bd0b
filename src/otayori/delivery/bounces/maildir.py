"""Bounces in a Maildir: one file a mail, moved by renaming."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from otayori.delivery.bounces.mail import MAX_SIZE

ASIDE = ".Otayori-unread"  # Maildir++: a folder is a Maildir whose name begins with a dot


class Maildir:
    """Implements `mailbox.Mailbox`. Names are paths below the Maildir."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        """The mails in new/ and cur/, oldest first. Raises OSError when the Maildir is not there."""
        found = []
        for folder in ("new", "cur"):
            with os.scandir(self._path / folder) as entries:
                found += [(entry.stat().st_mtime, f"{folder}/{entry.name}") for entry in _files(entries)]
        return [name for _, name in sorted(found)]

    def fetch(self, name: str) -> bytes | None:
        """The beginning of a mail, or None when it is gone."""
        try:
            with (self._path / name).open("rb") as file:
                return file.read(MAX_SIZE)
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        """Remove a mail."""
        (self._path / name).unlink(missing_ok=True)

    def set_aside(self, name: str) -> None:
        """Move a mail to `ASIDE`, made when it is missing."""
        aside = self._path / ASIDE
        for folder in ("tmp", "new", "cur"):
            (aside / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        (aside / "maildirfolder").touch(mode=0o600)  # tells delivery agents that it is a folder of this one
        with suppress(FileNotFoundError):
            (self._path / name).rename(aside / name)


@contextmanager
def open_maildir(path: Path) -> Iterator[Maildir]:
    """The Maildir at `path`; there is nothing to close."""
    yield Maildir(path)


def _files(entries: "Iterator[os.DirEntry[str]]") -> "Iterator[os.DirEntry[str]]":
    for entry in entries:
        if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False):
            yield entry
