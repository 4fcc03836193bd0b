"""Correct: give a released message other words, keep the old ones, and tell everybody again."""

from copy import copy
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from otayori.accounts.access import Access
from otayori.core import audit, clock
from otayori.messaging import follow_up
from otayori.messaging.compose import Missing
from otayori.messaging.dates import keep as dates
from otayori.messaging.guard.check import Findings, findings_of
from otayori.messaging.models import MOST_TEXT, MOST_TITLE, FollowUp, Message, MessageVersion
from otayori.messaging.rules import NeedsApproval, needs_approval
from otayori.messaging.send import NotReady

LEAST_NOTE = 5  # characters
MOST_NOTE = 400


@dataclass(frozen=True)
class Correction:
    """The words as they should have been. `note` says to guardians what was wrong."""

    title: str
    text: str
    note: str

    def tidied(self) -> "Correction":
        """As they are kept: compose keeps a draft's words the same way."""
        text = self.text.replace("\r\n", "\n").strip("\n")
        return Correction(self.title.strip(), text, " ".join(self.note.split())[:MOST_NOTE])


class Unchanged(Exception):
    """Nothing would change: whoever only wants to tell it again should remind."""


class NoteShort(Exception):
    """Guardians are owed a word about what was wrong."""


class Found(Exception):
    """The guard found in the new words what must not go to many families; `findings` says what."""

    def __init__(self, findings: Findings) -> None:
        super().__init__("found")
        self.findings = findings


class Superseded(Exception):
    """Somebody else corrected it meanwhile."""


def may_correct(access: Access, message: Message) -> bool:
    """Tell whether this person, who may change the message, may give it other words alone.

    Where the message needed an approval, so does what it is to say now: who decides there corrects it.
    """
    return access.manages(message.school_id) or not needs_approval(access, message)


@transaction.atomic
def correct(access: Access, message_id: UUID, words: Correction, *, seen: int) -> Message:
    """Make the next version and tell all recipients. What waits of the old words is not sent any more.

    `seen` is the version that was corrected. A second click finds these words in place and changes nothing.
    Raises `follow_up.Closed`, `rules.NeedsApproval`, `Superseded`, `Unchanged`, `NoteShort`, `Found`,
    `send.NotReady`, or `Message.DoesNotExist`.
    """
    message = follow_up.locked(message_id)
    follow_up.check_open(message)
    if not may_correct(access, message):
        raise NeedsApproval
    words = words.tidied()
    is_same = (words.title, words.text) == (message.title, message.text)
    if message.version != seen:
        if is_same:
            return message
        raise Superseded
    if is_same:
        raise Unchanged
    _refuse(words)
    at = clock.now()
    _check_words(message, words)
    _keep_old(access, message, words.note)
    message.title, message.text, message.version = words.title, words.text, message.version + 1
    message.save(update_fields=["title", "text", "version", "changed_at"])
    dates.renew(message)
    waiting = follow_up.stop_open(message, at) or 0
    follow_up.tell_again(access, message, kind=FollowUp.Kind.CORRECT, to=follow_up.recipients_left(message))
    audit.record(
        "message corrected",
        actor_id=access.user.id,
        school_id=message.school_id,
        object_id=message.id,
        version=message.version,
        waiting=waiting,
    )
    return message


def _refuse(words: Correction) -> None:
    lacks = [
        lack
        for lack, is_so in (
            (Missing.TITLE, not words.title),
            (Missing.TITLE_LONG, len(words.title) > MOST_TITLE),
            (Missing.TEXT, not words.text),
            (Missing.TEXT_LONG, len(words.text) > MOST_TEXT),
        )
        if is_so
    ]
    if lacks:
        raise NotReady(lacks)
    if len(words.note) < LEAST_NOTE:
        raise NoteShort


def _keep_old(access: Access, message: Message, note: str) -> None:
    MessageVersion.objects.create(
        message=message,
        number=message.version,
        title=message.title,
        text=message.text,
        replaced_at=clock.now(),
        replaced_by=access.user,
        note=note,
    )


def _check_words(message: Message, words: Correction) -> None:
    """Refuse what the guard finds in the new words, and did not find in the old: nobody has overridden it.

    Who needs such words writes a new message: there a manager gives the reason.
    """
    corrected = copy(message)
    corrected.title, corrected.text = words.title, f"{words.text}\n{words.note}"
    found = findings_of(corrected)
    if found and found.snippets() - findings_of(message).snippets():
        raise Found(found)
