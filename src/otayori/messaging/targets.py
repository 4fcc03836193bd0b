"""Which targets a person may write to, and whether an audience keeps within them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from otayori.accounts.access import Access
from otayori.core import clock
from otayori.messaging.audience import Audience, Target
from otayori.roster.access import groups_for
from otayori.roster.models import Enrolment, Group, GroupMember, Student
from otayori.schools import grades
from otayori.schools.models import Classroom, School


class NotYours(Exception):
    """The audience goes beyond what this person may write to."""


@dataclass(frozen=True)
class Choices:
    """What a person may choose from. `school` None: the board, whose targets are the ward and schools."""

    school: School | None
    whole_school: bool  # may write to everybody of the school
    schools: list[School]
    grades: list[str]
    classrooms: list[Classroom]
    groups: list[Group]

    def label(self, target: Target) -> str:
        """Return the target in words: 3年1組, サッカークラブ, 桜小学校; "" for what is not to choose here."""
        kind = self.school.kind if self.school else ""
        if target.kind == "grade":
            return grades.grade_label(target.grade or "", kind=kind)
        known = {room.id: room.label for room in self.classrooms}
        known |= {group.id: group.name for group in self.groups}
        known |= {school.id: school.name for school in self.schools}
        return known.get(target.id, "") if target.id else ""


def choices(access: Access, school: School | None) -> Choices:
    """Return what may be chosen for a message of `school` (None: of the board)."""
    if school is None:
        return Choices(None, access.is_board, access.schools if access.is_board else [], [], [], [])
    year = clock.school_year()
    rooms = Classroom.objects.filter(school=school, year_id=year)
    groups = groups_for(access, year).filter(school=school)
    decides = access.manages(school.id)
    if not decides:
        rooms = rooms.filter(id__in=access.own_classroom_ids())
    found = list(rooms)
    known = sorted({room.grade for room in found}, key=grades.CODES.index) if decides else []
    return Choices(school, decides, [school], known, found, list(groups))


def check(access: Access, school: School | None, audience: Audience) -> None:
    """Raise `NotYours` unless every target lies within the person's choices."""
    if school is None:
        if not access.is_board:
            raise NotYours
        return
    may = choices(access, school)
    rooms, groups = {room.id for room in may.classrooms}, {group.id for group in may.groups}
    for target in (*audience.include, *audience.exclude):
        allowed = {
            "ward": False,
            "school": may.whole_school and target.id == school.id,
            "grade": may.whole_school and target.id == school.id,
            "classroom": target.id in rooms,
            "group": target.id in groups,
            "student": True,  # all of them at once, below
        }[target.kind]
        if not allowed:
            raise NotYours
    _check_students(audience.ids("student"), may, rooms=rooms, groups=groups)


def is_own(access: Access, school: School | None, audience: Audience) -> bool:
    """Tell whether every target lies within the person's own classes and groups, or where they decide."""
    try:
        check(access, school, audience)
    except NotYours:
        return False
    return True


def _check_students(
    wanted: set[UUID], may: Choices, *, rooms: Iterable[UUID], groups: Iterable[UUID]
) -> None:
    if not wanted:
        return
    found = Student.objects.filter(id__in=wanted, school=may.school, left_at__isnull=True)
    known = set(found.values_list("id", flat=True))
    if not may.whole_school:
        taught = Enrolment.objects.filter(classroom__in=rooms).values_list("student_id", flat=True)
        led = GroupMember.objects.filter(group__in=groups).values_list("student_id", flat=True)
        known &= set(taught) | set(led)
    if wanted - known:
        raise NotYours
