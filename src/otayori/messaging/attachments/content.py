"""The bytes of an attachment and of the pictures of its pages, as they lie in the file store.

A folder for each `stored`: "body" and "page-1" ... once it was checked; until then "part-..." as it came.
"""

from uuid import UUID

from otayori.core import files
from otayori.messaging.models import Attachment

FOLDER = "attachments"


def body(attachment: Attachment) -> bytes:
    """Return the file as it is sent on. Raises `files.FileMissing`."""
    return files.get(attachment.keyset(), _name(attachment, "body"))


def page(attachment: Attachment, number: int) -> bytes:
    """Return the picture (WebP) of a page, from 1. Raises `files.FileMissing`."""
    return files.get(attachment.keyset(), _name(attachment, f"page-{number}"))


def keep_body(attachment: Attachment, data: bytes) -> None:
    """Keep the file's bytes."""
    files.put(attachment.keyset(), _name(attachment, "body"), data)


def keep_page(attachment: Attachment, number: int, picture: bytes) -> None:
    """Keep the picture (WebP) of a page, from 1."""
    files.put(attachment.keyset(), _name(attachment, f"page-{number}"), picture)


def keep_part(attachment: Attachment, offset: int, data: bytes) -> None:
    """Keep a piece of what is being uploaded, which begins at `offset`."""
    files.put(attachment.keyset(), _name(attachment, f"part-{offset:010d}"), data)


def joined(attachment: Attachment) -> bytes:
    """Return the pieces put together, those that follow each other. Raises `files.FileMissing`."""
    whole = bytearray()
    while len(whole) < attachment.size:
        part = files.get(attachment.keyset(), _name(attachment, f"part-{len(whole):010d}"))
        if not part:
            raise files.FileMissing(attachment.stored)
        whole += part
    return bytes(whole)


def erase(stored: UUID) -> None:
    """Delete all that lies under `stored`, pieces and pictures included."""
    files.delete_folder(f"{FOLDER}/{stored}")


def _name(attachment: Attachment, name: str) -> str:
    return f"{FOLDER}/{attachment.stored}/{name}"
