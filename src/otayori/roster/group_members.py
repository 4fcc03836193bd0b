"""Who is in a group: by class, put in and taken out by hand, with an undo."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from otayori.accounts.models import User
from otayori.core import audit, clock
from otayori.roster.models import Enrolment, Group, GroupMember, Student
from otayori.roster.order import class_order
from otayori.roster.search import matches, search_key
from otayori.schools.models import Classroom

Membership = tuple[UUID, str]  # the student, and who had put them in: what an undo needs


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A student with the seat in class; `member` is None for who is not in the group."""

    student: Student
    number: int | None
    member: GroupMember | None = None

    @property
    def is_from_file(self) -> bool:
        return self.member is not None and self.member.source == GroupMember.Source.FILE


@dataclass(frozen=True, slots=True)
class ClassLines:
    """The students of one class; None: of no class that year."""

    classroom: Classroom | None
    lines: list[MemberLine]

    @property
    def present(self) -> list[MemberLine]:
        """Those who are in the group."""
        return [line for line in self.lines if line.member is not None]


def members(group: Group) -> list[ClassLines]:
    """Return the members present at the school, by class in the order of the register. Two statements."""
    rows = GroupMember.objects.filter(group=group, student__left_at__isnull=True).select_related("student")
    here = [row for row in rows if row.student.school_id == group.school_id]
    return by_class([row.student for row in here], class_year(group), members=here)


def everybody(group: Group, students: QuerySet[Student]) -> list[ClassLines]:
    """Return all these students by class, the members among them marked. Three statements."""
    rows = list(GroupMember.objects.filter(group=group))
    return by_class(list(students), clock.school_year(), members=rows)


def by_class(
    students: Sequence[Student], year: int, *, members: Iterable[GroupMember] = ()
) -> list[ClassLines]:
    """Sort students into the classes of a year. One statement."""
    seats = Enrolment.objects.filter(student__in=students, year_id=year).select_related("classroom")
    seat_of = {seat.student_id: seat for seat in seats}
    known = {member.student_id: member for member in members}
    rooms: dict[UUID | None, ClassLines] = {}
    for student in students:
        seat = seat_of.get(student.id)
        room = seat.classroom if seat else None
        line = MemberLine(student, seat.number if seat else None, known.get(student.id))
        rooms.setdefault(room.id if room else None, ClassLines(room, [])).lines.append(line)
    for found in rooms.values():
        found.lines.sort(key=_seat)
    return sorted(rooms.values(), key=_order)


def class_year(group: Group) -> int:
    """Return the year whose classes say where members sit: its own, or today's while that has none yet."""
    is_there = Classroom.objects.filter(school_id=group.school_id, year_id=group.year_id).exists()
    return group.year_id if is_there else clock.school_year()


def search(students: QuerySet[Student], typed: str) -> list[Student]:
    """Return those whose name or kana holds the text, by kana; they lie encrypted and are compared here."""
    key = search_key(typed)
    if not key:
        return []
    hits = [one for one in students if matches(key, one.name, one.kana)]
    return sorted(hits, key=lambda student: search_key(student.kana))


@transaction.atomic
def add(group: Group, students: QuerySet[Student], *, by: User, how: str = "hand") -> int:
    """Put these students in; returns how many were not in yet. `how`: "hand" or "import", for the log."""
    Group.objects.select_for_update().get(id=group.id)  # two at once: the second counts what is left
    known = set(GroupMember.objects.filter(group=group).values_list("student_id", flat=True))
    new = [student for student in students.values_list("id", flat=True) if student not in known]
    _write(group, [(student, GroupMember.Source.HAND.value) for student in new])
    if new:
        _record("group members added", group, by, count=len(new), how=how)
    return len(new)


@transaction.atomic
def remove(group: Group, students: Collection[UUID], *, by: User) -> list[Membership]:
    """Take students out; returns what `put_back` needs to undo it."""
    rows = GroupMember.objects.select_for_update().filter(group=group, student_id__in=students)
    gone = list(rows.values_list("student_id", "source"))
    rows.delete()
    if gone:
        _record("group members removed", group, by, count=len(gone))
    return gone


@transaction.atomic
def put_back(group: Group, gone: Collection[Membership], *, by: User) -> int:
    """Undo `remove`; students who have left meanwhile stay out."""
    ids = [student for student, _source in gone]
    here = Student.objects.filter(id__in=ids, school_id=group.school_id, left_at__isnull=True)
    present = set(here.values_list("id", flat=True))
    back = [row for row in gone if row[0] in present]
    _write(group, back)
    if back:
        _record("group members put back", group, by, count=len(back))
    return len(back)


def _write(group: Group, rows: Iterable[Membership]) -> None:
    GroupMember.objects.bulk_create(
        [GroupMember(group=group, student_id=student, source=source) for student, source in rows],
        ignore_conflicts=True,
        batch_size=5000,
    )


def _seat(line: MemberLine) -> tuple[int, str]:
    return (line.number or 0, "" if line.number else search_key(line.student.kana))


def _order(found: ClassLines) -> tuple[int, int, str]:
    room = found.classroom
    return class_order(room.grade, room.name) if room else class_order("", "")


def _record(action: str, group: Group, by: User, **detail: str | int) -> None:
    audit.record(action, actor_id=by.id, school_id=group.school_id, object_id=group.id, **detail)
