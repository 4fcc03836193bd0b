"""Copy a group to another school year: who goes on, who is left out and why."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from otayori.accounts.models import Membership, User
from otayori.core import audit, clock
from otayori.roster import groups
from otayori.roster.group_members import ClassLines, by_class
from otayori.roster.models import Enrolment, Group, GroupMember, GroupStaff, Student
from otayori.schools import grades

_SEAT = ("student_id", "year_id", "classroom__grade")
_LAST_GRADE = {kind: codes[-1] for kind, codes in grades.OF_KIND.items()}


class Stays(StrEnum):
    """Why a member does not go on."""

    LEFT = "left"  # no longer in the roster
    MOVED = "moved"  # at another school now
    GRADUATES = "graduates"  # in the last grade, and the classes of that year are not there yet
    NO_CLASS = "no class"  # the classes are there, without this child


@dataclass(frozen=True)
class Copy:
    """What a copy would be. `taken`: the group that has the name in that year already."""

    year: int
    going: list[ClassLines]
    staying: list[tuple[Student, Stays]]
    has_classes: bool  # the classes of that year are there; without them the list is copied child by child
    taken: Group | None

    @property
    def going_count(self) -> int:
        return sum(len(found.lines) for found in self.going)


def target_year(group: Group) -> int:
    """Return the year after the group's, or this year for a group of longer ago."""
    return max(group.year_id + 1, clock.school_year())


def plan(group: Group) -> Copy:
    """Return what a copy of the group would be; nothing is changed. Five statements."""
    year = target_year(group)
    rows = list(GroupMember.objects.filter(group=group).select_related("student"))
    students = [row.student for row in rows]
    has_classes = Enrolment.objects.filter(year_id=year, classroom__school=group.school_id).exists()
    seats = Enrolment.objects.filter(student__in=students, classroom__school=group.school_id)
    known = seats.filter(year_id__in=[group.year_id, year])
    grade_of = {(student, at): grade for student, at, grade in known.values_list(*_SEAT)}
    going, staying = [], []
    for student in students:
        if has_classes:
            ends = None if (student.id, year) in grade_of else Stays.NO_CLASS
        else:
            is_last = grade_of.get((student.id, group.year_id)) == _LAST_GRADE[group.school.kind]
            ends = Stays.GRADUATES if is_last else None
        if why := _gone(student, group) or ends:
            staying.append((student, why))
        else:
            going.append(student)
    taken = Group.objects.filter(school=group.school_id, year_id=year, name=group.name).first()
    seat_year = year if has_classes else group.year_id
    return Copy(year, by_class(going, seat_year, members=rows), staying, has_classes, taken)


@transaction.atomic
def copy(group: Group, chosen: Collection[UUID], *, name: str, by: User) -> Group:
    """Make the group of the other year with those of `chosen` who go on, and its staff who still work here.

    Who had put a student in stays known, so that next year's roster file speaks for the same. Raises
    `groups.NameTaken`.
    """
    planned = plan(group)
    told = groups.Told(name, group.kind, group.note or "", group.own_classes_only)
    made = groups.make(group.school, planned.year, told, by=by)
    lines = [line for found in planned.going for line in found.lines if line.student.id in chosen]
    GroupMember.objects.bulk_create(
        [GroupMember(group=made, student=line.student, source=_source(line.member)) for line in lines]
    )
    working = Membership.objects.filter(school=group.school_id).values("user_id")
    GroupStaff.objects.bulk_create(
        [
            GroupStaff(group=made, user_id=row.user_id, is_owner=row.is_owner)
            for row in GroupStaff.objects.filter(group=group, user_id__in=working)
        ]
    )
    audit.record(
        "group copied",
        actor_id=by.id,
        school_id=group.school_id,
        object_id=made.id,
        copied_from=str(group.id),
        count=len(lines),
    )
    return made


def _gone(student: Student, group: Group) -> Stays | None:
    if student.left_at is not None:
        return Stays.LEFT
    return Stays.MOVED if student.school_id != group.school_id else None


def _source(member: GroupMember | None) -> str:
    return member.source if member else GroupMember.Source.HAND.value
