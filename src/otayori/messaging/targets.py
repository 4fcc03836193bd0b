"""Which targets a person may write to, and whether an audience keeps within them.

A teacher may write to every class and group of the own school, and to the whole of it; beyond the own ones
it takes a manager's approval before it goes (rules.needs_approval asks `is_own`). Single children are the
business of those who teach them, and of the managers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from otayori.accounts.access import Access
from otayori.accounts.models import Role
from otayori.core import clock
from otayori.messaging.audience import Audience, Target
from otayori.roster.access import groups_for
from otayori.roster.models import Enrolment, Group, GroupMember, Student
from otayori.schools import grades
from otayori.schools.models import Classroom, School

_WRITERS = (Role.TEACHER, Role.MANAGER)


class NotYours(Exception):
    """The audience goes beyond what this person may write to."""


@dataclass(frozen=True)
class Choices:
    """What a person may choose from. `school` None: the board, whose targets are the ward and schools.

    `decides`: the manager of the school, or the board. Others have `own_classrooms` and `own_groups` among
    all of them.
    """

    school: School | None
    whole_school: bool  # may write to everybody of the school
    decides: bool
    schools: list[School]
    grades: list[str]
    classrooms: list[Classroom]
    groups: list[Group]
    own_classrooms: frozenset[UUID] = frozenset()
    own_groups: frozenset[UUID] = frozenset()
    _students: dict[tuple[bool, frozenset[UUID]], set[UUID]] = field(
        default_factory=dict, repr=False, compare=False
    )  # looked up already: the same children are checked, and asked whether they are own

    def label(self, target: Target) -> str:
        """Return the target in words: 3年1組, サッカークラブ, 桜小学校; "" for what is not to choose here."""
        kind = self.school.kind if self.school else ""
        if target.kind == "grade":
            return grades.grade_label(target.grade or "", kind=kind)
        known = {room.id: room.label for room in self.classrooms}
        known |= {group.id: group.name for group in self.groups}
        known |= {school.id: school.name for school in self.schools}
        return known.get(target.id, "") if target.id else ""

    def own(self) -> "Choices":
        """Return what of it is the person's own: all where they decide, else own classes and groups."""
        if self.decides:
            return self
        rooms = [room for room in self.classrooms if room.id in self.own_classrooms]
        groups = [group for group in self.groups if group.id in self.own_groups]
        return replace(self, whole_school=False, grades=[], classrooms=rooms, groups=groups)


def choices(access: Access, school: School | None) -> Choices:
    """Return what may be chosen for a message of `school` (None: of the board); of a stranger nothing.

    Two statements for a school, once a request: forms, checks and counts all go by it.
    """
    return access.remember(("choices", school and school.id), lambda: _choices(access, school))


def _choices(access: Access, school: School | None) -> Choices:
    if school is None:
        schools = access.schools if access.is_board else []
        return Choices(None, access.is_board, access.is_board, schools, [], [], [])
    if not _writes(access, school):
        return Choices(school, False, False, [], [], [], [])
    year = clock.school_year()
    rooms = list(Classroom.objects.filter(school=school, year_id=year))
    led = groups_for(access, year).filter(id=OuterRef("pk"))
    of_school = Group.objects.filter(school=school, year_id=year, is_retired=False)
    groups: list[Group] = list(of_school.annotate(is_own=Exists(led)))
    found = sorted({room.grade for room in rooms}, key=grades.CODES.index)
    all_of_it = Choices(school, True, access.manages(school.id), [school], found, rooms, groups)
    if all_of_it.decides:
        return all_of_it
    own = frozenset(room.id for room in rooms) & access.own_classroom_ids()
    own_groups = frozenset(group.id for group in groups if group.is_own)  # type: ignore[attr-defined]
    return replace(all_of_it, own_classrooms=own, own_groups=own_groups)


def check(access: Access, school: School | None, audience: Audience) -> None:
    """Raise `NotYours` unless every target lies within the person's choices."""
    if school is None:
        if not access.is_board:
            raise NotYours
        return
    may = choices(access, school)
    if not may.whole_school or _within(may, audience) != audience:
        raise NotYours


def possible(access: Access, school: School | None, audience: Audience) -> Audience:
    """Return the part of an audience that there is this year and that the person may write to."""
    return _within(choices(access, school), audience)


def is_own(access: Access, school: School | None, audience: Audience) -> bool:
    """Tell whether it reaches nobody beyond the person's own classes and groups, or where they decide.

    What is excluded only makes it smaller.
    """
    if school is None:
        return access.is_board
    mine = choices(access, school).own()
    wanted = audience.include
    return access.remember(
        ("is own", school.id, wanted), lambda: len(_allowed(mine, wanted)) == len(set(wanted))
    )


def _within(may: Choices, audience: Audience) -> Audience:
    """Return the part of an audience that lies within the choices.

    Any child of the school may be left out, by every author: that makes it smaller, and what a manager left
    out of a teacher's draft must not come back because the teacher saves it.
    """
    if may.school is None:
        include, exclude = _there(may, audience.include), _there(may, audience.exclude)
    else:
        include = _allowed(may, audience.include)
        exclude = _allowed(replace(may, decides=True), audience.exclude)
    return Audience(
        include=tuple(target for target in audience.include if target in include),
        exclude=tuple(target for target in audience.exclude if target in exclude),
    )


def own_students(may: Choices) -> Q:
    """Match, among the children of the school, those somebody may write to one by one."""
    if may.decides:
        return Q()
    taught = Enrolment.objects.filter(classroom__in=may.own_classrooms, year_id=clock.school_year())
    led = GroupMember.objects.filter(group__in=may.own_groups)
    return Q(id__in=taught.values("student_id")) | Q(id__in=led.values("student_id"))


def _writes(access: Access, school: School) -> bool:
    return access.manages(school.id) or any(
        m.school_id == school.id and m.role in _WRITERS for m in access.memberships
    )


def _allowed(may: Choices, wanted: Iterable[Target]) -> set[Target]:
    """Return those of a school's targets that lie within the choices."""
    school = may.school.id if may.school else None
    wanted = list(wanted)
    known: dict[str, set[UUID]] = {
        "school": {school} if school and may.whole_school else set(),
        "grade": {school} if school and may.whole_school else set(),
        "classroom": {room.id for room in may.classrooms},
        "group": {group.id for group in may.groups},
        "student": _students(may, [t.id for t in wanted if t.kind == "student" and t.id]),
    }
    return {target for target in wanted if target.id in known.get(target.kind, set())}


def _students(may: Choices, wanted: list[UUID]) -> set[UUID]:
    looked_up, key = may._students, (may.decides, frozenset(wanted))  # noqa: SLF001
    if wanted and key not in looked_up:
        looked_up[key] = _look_up(may, wanted)
    return looked_up[key] if wanted else set()


def _look_up(may: Choices, wanted: list[UUID]) -> set[UUID]:
    present = Student.objects.filter(id__in=wanted, school=may.school, left_at__isnull=True)
    return set(present.filter(own_students(may)).values_list("id", flat=True))


def _there(may: Choices, wanted: Iterable[Target]) -> set[Target]:
    """Return those of the board's targets that there are."""
    wanted, year = list(wanted), clock.school_year()
    ids = Audience(include=tuple(wanted)).ids
    rooms = Classroom.objects.filter(id__in=ids("classroom"), year_id=year)
    groups = Group.objects.filter(id__in=ids("group"), year_id=year)
    present = Student.objects.filter(id__in=ids("student"), left_at__isnull=True)
    schools = {school.id for school in may.schools}
    known: dict[str, set[UUID]] = {
        "school": schools,
        "grade": schools,
        "classroom": set(rooms.values_list("id", flat=True)),
        "group": set(groups.values_list("id", flat=True)),
        "student": set(present.values_list("id", flat=True)),
    }
    return {t for t in wanted if (t.kind == "ward" and may.decides) or t.id in known.get(t.kind, set())}
