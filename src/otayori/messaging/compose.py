"""Compose: keep a draft, and say what is missing before it can be confirmed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import IntegrityError, transaction

from otayori.accounts.access import Access
from otayori.accounts.models import User
from otayori.core import clock
from otayori.core.ids import new_id
from otayori.delivery.parcel import Urgency
from otayori.messaging import slots, targets
from otayori.messaging.audience import Audience
from otayori.messaging.models import MOST_TEXT, MOST_TITLE, Category, Message
from otayori.schools.models import School

EDITING = timedelta(minutes=5)  # after a save somebody is taken to be still at it


class Missing(StrEnum):
    """What keeps a draft from being sent."""

    TITLE = "title"
    TITLE_LONG = "title long"
    TEXT = "text"
    TEXT_LONG = "text long"
    SLOT = "slot"
    TARGET = "target"
    NOBODY = "nobody"
    RELEASE_EMERGENCY = "release emergency"
    RELEASE_PAST = "release past"
    RELEASE_FAR = "release far"
    DEADLINE_PAST = "deadline past"
    DEADLINE_EARLY = "deadline early"


class NoDraft(Exception):
    """It was sent or scheduled meanwhile: what was confirmed is never changed."""


class Conflict(Exception):
    """Somebody else (or another tab) saved it meanwhile. `theirs` is what is kept."""

    def __init__(self, theirs: Message) -> None:
        super().__init__(theirs.revision)
        self.theirs = theirs


@dataclass(frozen=True)
class Words:
    """What the author typed and chose; may be incomplete."""

    title: str = ""
    text: str = ""
    urgency: Urgency = Urgency.NORMAL
    category: Category = Category.SCHOOL_LIFE
    audience: Audience = field(default_factory=Audience)
    release_at: datetime | None = None  # None: at once
    deliver_before: datetime | None = None  # None: no end


def start_draft(
    access: Access, school: School | None, words: Words | None = None, *, draft_id: UUID | None = None
) -> Message:
    """Return a new draft of the person's, in the name of the school (None: the board).

    `draft_id` is the id the page gave it: a save whose answer was lost, or a second click, comes with the
    same one and makes no second draft. Raises `targets.NotYours`.
    """
    words = words or Words()
    targets.check(access, school, words.audience)
    message = Message(id=draft_id or new_id(), school=school, author=access.user, changed_by=access.user)
    applied(message, words)
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        kept = Message.objects.filter(id=message.id, author=access.user, school=school).first()
        return save_draft(access, kept, words) if kept else start_draft(access, school, words)
    return message


@transaction.atomic
def save_draft(access: Access, message: Message, words: Words, *, revision: int | None = None) -> Message:
    """Keep what was typed, however incomplete; returns the draft as it is kept.

    `revision` is the one the person began with (None: whatever there is). Raises `Conflict` when there is
    another one by now that says something else, `targets.NotYours`, or `NoDraft`.
    """
    targets.check(access, message.school, words.audience)
    # another tab may be releasing it: without the lock this would turn a sent message into a draft again
    drafts = Message.objects.select_for_update(of=("self",)).select_related("school__sending_rules")
    kept = drafts.filter(id=message.id, state=Message.State.DRAFT).first()
    if kept is None:
        raise NoDraft
    before = _content(kept)
    applied(kept, words)
    if _content(kept) == before and not kept.returned:
        return kept  # nothing to keep, and nothing for the other person to be told
    if revision not in (None, kept.revision):
        raise Conflict(Message.objects.select_related("changed_by", "school").get(id=message.id))
    kept.revision, kept.changed_by = kept.revision + 1, access.user
    kept.returned = ""  # seen, and gone on with
    kept.save()
    return kept


def other_editor(access: Access, message: Message) -> User | None:
    """Return who else saved the draft within the last minutes, and may be writing on."""
    is_fresh = message.changed_at > clock.now() - EDITING
    return message.changed_by if is_fresh and message.changed_by_id != access.user.id else None


def applied(message: Message, words: Words) -> Message:
    """Return the message with these words put in, unsaved."""
    message.title = words.title.strip()
    message.text = words.text.replace("\r\n", "\n").strip("\n")
    message.urgency = words.urgency.value
    message.category = words.category
    message.audience = words.audience.model_dump(mode="json", exclude_none=True)
    message.individual = words.audience.is_individual
    message.release_at, message.deliver_before = words.release_at, words.deliver_before
    return message


def _content(message: Message) -> tuple[object, ...]:
    """What the author decides. The order of targets is nobody's decision."""
    audience = audience_of(message)
    words = (message.title, message.text, message.urgency, str(message.category))
    return (*words, set(audience.include), set(audience.exclude), message.release_at, message.deliver_before)


def audience_of(message: Message) -> Audience:
    """Return the message's audience, typed."""
    return Audience.model_validate(message.audience)


def missing(message: Message, *, students: int) -> list[Missing]:
    """Return what is still missing; `students` is how many the audience picks."""
    lacks = []
    if not message.title:
        lacks.append(Missing.TITLE)
    if len(message.title) > MOST_TITLE:
        lacks.append(Missing.TITLE_LONG)
    if not message.text:
        lacks.append(Missing.TEXT)
    if len(message.text) > MOST_TEXT:
        lacks.append(Missing.TEXT_LONG)
    if slots.unfilled(message.title) or slots.unfilled(message.text):
        lacks.append(Missing.SLOT)
    if audience_of(message).is_empty:
        lacks.append(Missing.TARGET)
    elif students == 0:
        lacks.append(Missing.NOBODY)
    return lacks
