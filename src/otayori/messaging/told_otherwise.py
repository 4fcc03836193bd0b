"""Note that a family was told by letter, by telephone or in person, and take that back."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from otayori.accounts.access import Access
from otayori.core import audit
from otayori.messaging.letter import sections
from otayori.messaging.models import Message, ToldOtherwise
from otayori.schools.models import School


def may_tell(access: Access, message: Message, school: School) -> bool:
    """Tell whether this person may note it: who works in the school, or the board; auditors only read."""
    return message.state == Message.State.RELEASED and access.works_for(school.id)


@transaction.atomic
def tell(
    access: Access, message: Message, school: School, *, students: Collection[UUID], way: str
) -> list[UUID]:
    """Note for these children that the family was told what the message says now; returns the new ones.

    Children whose names this person may not see in the message's report are passed over.
    """
    meant = _shown(access, message, school) & set(students)
    # two at once: the second finds the first one's notes
    version = Message.objects.select_for_update().values_list("version", flat=True).get(id=message.id)
    known = ToldOtherwise.objects.filter(message=message, student__in=meant, way=way, version=version)
    new = sorted(meant - set(known.values_list("student_id", flat=True)))
    ToldOtherwise.objects.bulk_create(
        [
            ToldOtherwise(message=message, student_id=student, way=way, version=version, by=access.user)
            for student in new
        ]
    )
    if new:
        _record("told otherwise", access, message, way=way, count=len(new))
    return new


@transaction.atomic
def take_back(
    access: Access, message: Message, school: School, *, students: Collection[UUID], way: str
) -> int:
    """Delete the notes of this way for these children; returns how many there were."""
    meant = _shown(access, message, school) & set(students)
    noted = ToldOtherwise.objects.filter(message=message, student__in=meant, way=way)
    gone, _ = noted.filter(version=message.version).delete()
    if gone:
        _record("told otherwise taken back", access, message, way=way, count=gone)
    return gone


def _shown(access: Access, message: Message, school: School) -> set[UUID]:
    if not may_tell(access, message, school):
        return set()
    return {line.student.id for one in sections(access, message, school) for line in one.lines}


def _record(action: str, access: Access, message: Message, **detail: str | int) -> None:
    audit.record(action, actor_id=access.user.id, school_id=message.school_id, object_id=message.id, **detail)
