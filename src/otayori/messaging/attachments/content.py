"""The bytes of an attachment and of the pictures of its pages, as they lie in the file store."""

from otayori.core import files
from otayori.messaging.models import Attachment


def body(attachment: Attachment) -> bytes:
    """Return the file as it is sent on. Raises `files.FileMissing`."""
    return files.get(attachment.keyset(), str(attachment.stored))


def page(attachment: Attachment, number: int) -> bytes:
    """Return the picture (WebP) of a page, from 1. Raises `files.FileMissing`."""
    return files.get(attachment.keyset(), _page_name(attachment, number))


def keep_body(attachment: Attachment, data: bytes) -> None:
    """Keep the file's bytes."""
    files.put(attachment.keyset(), str(attachment.stored), data)


def keep_page(attachment: Attachment, number: int, picture: bytes) -> None:
    """Keep the picture (WebP) of a page, from 1."""
    files.put(attachment.keyset(), _page_name(attachment, number), picture)


def _page_name(attachment: Attachment, number: int) -> str:
    return f"{attachment.stored}/page-{number}"
