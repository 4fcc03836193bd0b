"""Clear away what no message names any more: files of discarded drafts, broken uploads, halves of a check."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from otayori.core import files
from otayori.messaging.attachments import content
from otayori.messaging.models import Attachment, Message

log = logging.getLogger(__name__)

GIVEN_UP_AFTER = timedelta(days=2)  # an upload that was not gone on with
LEFT_BEHIND_AFTER = timedelta(hours=6)  # files without a row; longer than any check or copy takes


def stored_of(message: Message) -> list[UUID]:
    """Return under which names the files of a message lie in the store."""
    return list(Attachment.objects.filter(message=message).values_list("stored", flat=True))


def erase_unnamed(stored: Iterable[UUID]) -> None:
    """Once the transaction is done, erase those that no row names: a copied message shares its files.

    Who copies rows locks the originals meanwhile (select_for_update), so that the copy is seen here.
    """
    wanted = set(stored)
    transaction.on_commit(lambda: _erase(wanted))


def clean_up(now: datetime) -> int:
    """Erase what was given up or left behind; returns how many. Any number of workers may do so at once."""
    given_up = Attachment.objects.filter(
        state=Attachment.State.UPLOADING, created_at__lte=now - GIVEN_UP_AFTER
    )
    stale = list(given_up.values_list("id", "stored"))
    Attachment.objects.filter(id__in=[key for key, _ in stale], state=Attachment.State.UPLOADING).delete()
    erased = _erase({stored for _, stored in stale})
    left = {UUID(name) for name in files.folders(content.FOLDER) if _is_old(name, now)}
    erased += _erase(left)
    if erased:
        log.info("%d files that no message names were erased", erased)
    return erased


def _erase(stored: set[UUID]) -> int:
    named = set(Attachment.objects.filter(stored__in=stored).values_list("stored", flat=True))
    for unnamed in stored - named:
        content.erase(unnamed)
    return len(stored - named)


def _is_old(name: str, now: datetime) -> bool:
    try:
        UUID(name)
        return files.written_at(f"{content.FOLDER}/{name}") <= now - LEFT_BEHIND_AFTER
    except (ValueError, FileNotFoundError):  # not ours, or another worker was quicker
        return False
