"""Filter messages: by how they stand, when they went out, who sent them and to whom. Not by texts."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from otayori.accounts.models import User
from otayori.core import clock
from otayori.messaging.audience import Target
from otayori.messaging.models import Attachment, Message
from otayori.messaging.periods import Period
from otayori.messaging.senders import BOARD
from otayori.messaging.state import in_state
from otayori.schools.models import Classroom


@dataclass(frozen=True)
class Filters:
    """What is asked for; what is empty filters nothing."""

    state: str = ""  # one of state.STATES
    urgency: str = ""
    category: str = ""
    sender: str = ""  # as senders.sender_key writes it
    period: Period | None = None
    whom: tuple[Target, ...] = ()  # any of these stands in the audience
    mine: bool = False  # written by the person who asks
    files: bool = False  # something is attached


def narrow(found: QuerySet[Message], filters: Filters, person: User) -> QuerySet[Message]:
    """Return those of the messages that pass the filters."""
    equal = {name: value for name in ("urgency", "category") if (value := getattr(filters, name))}
    found = found.filter(**equal)
    if sender := filters.sender:
        found = found.filter(school=None) if sender == BOARD else found.filter(school__id=sender)
    if filters.mine:
        found = found.filter(author=person)
    if filters.files:
        kept = Attachment.objects.filter(message=OuterRef("pk")).exclude(state=Attachment.State.REFUSED)
        found = found.filter(Exists(kept))
    if filters.whom:
        found = found.filter(_names_any(filters.whom))
    if filters.period:
        found = found.filter(falls_into(filters.period))
    return in_state(found, filters.state) if filters.state else found


def in_order(found: QuerySet[Message]) -> QuerySet[Message]:
    """Put what is not sent yet first, then the newest."""
    return found.order_by(F("released_at").desc(nulls_first=True), "-changed_at", "-id")


def falls_into(period: Period) -> Q:
    """Those that went or are to go out within the period.

    Bounds instead of a function over the column: an index can serve them. What is not sent yet belongs to the
    present year whatever its date, so that nothing unfinished hides in an archive.
    """
    within = {"gte": period.start, "lt": period.end}
    released = Q(**{f"released_at__{bound}": at for bound, at in within.items()})
    planned = Q(state=Message.State.SCHEDULED, **{f"due_at__{bound}": at for bound, at in within.items()})
    asked = Q(state=Message.State.APPROVAL, **{f"release_at__{bound}": at for bound, at in within.items()})
    if period.year == clock.school_year():
        return released | Q(released_at__isnull=True)
    return released | planned | asked


def classes_of(key: str, classrooms: Iterable[Classroom]) -> tuple[Target, ...]:
    """Return what a choice of grade or class (a target's key) stands for; () for what is no choice.

    A message to the class's whole grade was to the class too; one to a class was to somebody of the grade.
    """
    for room in classrooms:
        own = Target(kind="classroom", id=room.id)
        grade = Target(kind="grade", id=room.school_id, grade=room.grade)
        if key == own.key:
            return own, grade
        if key == grade.key:
            same = (one for one in classrooms if one.grade == room.grade)
            return grade, *(Target(kind="classroom", id=one.id) for one in same)
    return ()


def _names_any(targets: Iterable[Target]) -> Q:
    some = Q()
    for target in targets:
        part = target.model_dump(mode="json", exclude_none=True)
        some |= Q(audience__contains={"include": [part]})
    return some
