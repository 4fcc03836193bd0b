"""Compose: keep a draft, and say what is missing before it can be confirmed."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from otayori.accounts.access import Access
from otayori.delivery.parcel import Urgency
from otayori.messaging import targets
from otayori.messaging.audience import Audience
from otayori.messaging.models import MOST_TEXT, MOST_TITLE, Category, Message
from otayori.schools.models import School


class Missing(StrEnum):
    """What keeps a draft from being sent."""

    TITLE = "title"
    TITLE_LONG = "title long"
    TEXT = "text"
    TEXT_LONG = "text long"
    TARGET = "target"
    NOBODY = "nobody"
    RELEASE_EMERGENCY = "release emergency"
    RELEASE_PAST = "release past"
    RELEASE_FAR = "release far"
    DEADLINE_PAST = "deadline past"
    DEADLINE_EARLY = "deadline early"


class NoDraft(Exception):
    """It was sent or scheduled meanwhile: what was confirmed is never changed."""


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


def start_draft(access: Access, school: School | None, words: Words | None = None) -> Message:
    """Return a new draft of the person's, in the name of the school (None: the board).

    Raises `targets.NotYours`.
    """
    return _write(access, Message(school=school, author=access.user), words or Words())


@transaction.atomic
def save_draft(access: Access, message: Message, words: Words) -> Message:
    """Keep what was typed, however incomplete. Raises `targets.NotYours` or `NoDraft`."""
    # another tab may be releasing it: without the lock this would turn a sent message into a draft again
    drafts = Message.objects.select_for_update().filter(id=message.id, state=Message.State.DRAFT)
    if drafts.values_list("id").first() is None:
        raise NoDraft
    return _write(access, message, words)


def _write(access: Access, message: Message, words: Words) -> Message:
    targets.check(access, message.school, words.audience)
    message.title = words.title.strip()
    message.text = words.text.replace("\r\n", "\n").strip("\n")
    message.urgency = words.urgency.value
    message.category = words.category
    message.audience = words.audience.model_dump(mode="json", exclude_none=True)
    message.individual = words.audience.is_individual
    message.release_at, message.deliver_before = words.release_at, words.deliver_before
    message.returned = ""  # seen, and gone on with
    message.save()
    return message


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
    if audience_of(message).is_empty:
        lacks.append(Missing.TARGET)
    elif students == 0:
        lacks.append(Missing.NOBODY)
    return lacks
