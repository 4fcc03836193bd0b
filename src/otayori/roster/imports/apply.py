"""Carry a previewed roster file out: exactly what was shown, all of it or nothing."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from otayori.accounts.models import User
from otayori.core import audit, clock
from otayori.roster import groups
from otayori.roster.groups import GroupName
from otayori.roster.imports.columns import Column
from otayori.roster.imports.diff import Change, ClassroomKey, Plan
from otayori.roster.imports.parse import StudentRow
from otayori.roster.imports.preview import compare, content, counts
from otayori.roster.models import Enrolment, RosterImport, Student
from otayori.schools import set_up
from otayori.schools.models import Classroom, School, Ward

BATCH = 2000


class CannotApply(Exception):
    """Nothing was changed. `sentence` says why and what to do."""

    sentence = _("名簿を反映できませんでした。")

    def __str__(self) -> str:
        return str(self.sentence)


class RosterMoved(CannotApply):
    """The roster is no longer the one that was compared."""

    sentence = _("名簿が変わりました。もう一度確認してください。")


class NotConfirmed(CannotApply):
    """Too many would vanish, or codes look mixed up, and nobody has said that this is meant."""

    sentence = _("ご注意の内容を確かめ、「確かめました」に印を付けてから、もう一度押してください。")


class AlreadySettled(CannotApply):
    """Somebody has applied or discarded it meanwhile."""

    sentence = _("この取り込みは、すでに反映されたか、取りやめられています。")


@transaction.atomic
def apply(shown: RosterImport, *, by: User | None, allow_many_gone: bool = False) -> Plan:
    """Write what the plan last shown for this import says, and forget the file.

    `allow_many_gone`: somebody has confirmed the plan's findings (`Plan.needs_confirmation`).
    Raises `CannotApply`, having changed nothing. 17,000 new students take about ten seconds.
    """
    Ward.objects.select_for_update().get()  # one import at a time: two could enter the same child twice
    kept = RosterImport.objects.select_for_update().get(id=shown.id)
    if kept.state != RosterImport.State.PREVIEWED:
        raise AlreadySettled
    comparison = compare(content(kept), kept.school)
    plan = comparison.plan
    if plan is None or plan.digest != kept.digest:
        raise RosterMoved
    if plan.needs_confirmation and not allow_many_gone:
        raise NotConfirmed
    _Writing(plan, comparison.told, at=clock.now()).write()
    _settle(kept, plan, by=by)
    with connection.cursor() as cursor:
        # who releases before autovacuum has looked waits for a plan made for the tables of before
        cursor.execute("ANALYZE roster_student, roster_enrolment, roster_groupmember")
    return plan


def _settle(kept: RosterImport, plan: Plan, *, by: User | None) -> None:
    kept.state, kept.content, kept.counts = RosterImport.State.APPLIED, None, counts(plan)
    kept.applied_at = clock.now()
    kept.save(update_fields=["state", "content", "counts", "applied_at"])
    audit.record(
        "roster import applied",
        actor_id=by.id if by else None,
        school_id=kept.school_id,
        object_id=kept.id,
        **counts(plan),
    )


class _Writing:
    """The statements of one import: a handful, however many students."""

    def __init__(self, plan: Plan, told: frozenset[Column], *, at: datetime) -> None:
        self.plan, self.told, self.at = plan, told, at
        self.year = set_up.open_year(clock.school_year()).year
        self.schools = {school.code: school for school in School.objects.all()}
        self.rooms: dict[ClassroomKey, Classroom] = {}
        self.enrolments: list[Enrolment] = []
        self.memberships: dict[UUID, list[GroupName]] = {}

    def write(self) -> None:
        self._open_classrooms()
        self._enter_new()
        self._update_changed()
        Enrolment.objects.bulk_create(
            self.enrolments,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["student", "year"],
            update_fields=["classroom", "number"],
        )
        groups.replace_members(self.memberships, self.year)
        gone = [student.student_id for student in self.plan.gone]
        Student.objects.filter(id__in=gone, left_at__isnull=True).update(left_at=self.at)

    def _open_classrooms(self) -> None:
        """Find the classrooms the file speaks of; make those that are not there yet."""
        rows = [*self.plan.new, *(change.row for change in self.plan.changed)]
        wanted = {ClassroomKey(row.school_code, row.grade, row.class_name) for row in rows}
        concerned = {self.schools[key.school_code] for key in wanted}
        known = Classroom.objects.filter(school__in=concerned, year_id=self.year).select_related("school")
        for room in known:
            self.rooms[ClassroomKey(room.school.code, room.grade, room.name)] = room
        missing = sorted(wanted - self.rooms.keys())
        made = [
            Classroom.build(self.schools[key.school_code], self.year, key.grade, key.class_name)
            for key in missing
        ]
        self.rooms |= dict(zip(missing, Classroom.objects.bulk_create(made), strict=True))

    def _enter_new(self) -> None:
        students = []
        for row in self.plan.new:
            student = Student(school=self.schools[row.school_code], name=row.name, kana=row.kana)
            student.set_code(row.management_code)
            students.append(student)
            self._seat(student.id, row, row.number)
            self._join(student.id, row)
        Student.objects.bulk_create(students, batch_size=BATCH)

    def _update_changed(self) -> None:
        rewritten = []
        students = Student.objects.in_bulk([change.current.student_id for change in self.plan.changed])
        for change in self.plan.changed:
            student, row = students[change.current.student_id], change.row
            if _rewrite(student, change, self.schools[row.school_code]):
                rewritten.append(student)
            number = next((f.after for f in change.fields if f.field == "number"), change.current.number)
            self._seat(student.id, row, number if isinstance(number, int) else None)
            if change.touches("groups") or change.touches("school_code"):
                self._join(student.id, row)
        # An upsert: Django's bulk_update can't take encrypted columns, and one UPDATE a child is slow.
        Student.objects.bulk_create(
            rewritten,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["school", "name", "kana", "management_code", "left_at"],
        )

    def _seat(self, student: UUID, row: StudentRow, number: int | None) -> None:
        room = self.rooms[ClassroomKey(row.school_code, row.grade, row.class_name)]
        self.enrolments.append(
            Enrolment(student_id=student, classroom=room, year_id=self.year, number=number)
        )

    def _join(self, student: UUID, row: StudentRow) -> None:
        """Leave the groups of before (another school's have no place here), join those the file names."""
        school = self.schools[row.school_code].id
        names = row.groups if Column.GROUPS in self.told else ()
        self.memberships[student] = [(school, name) for name in names]


def _rewrite(student: Student, change: Change, school: School) -> bool:
    """Bring the row of a known student up to the file; tells whether anything in it changed."""
    if change.touches("school_code"):
        student.move_to(school)
    if change.touches("name"):
        student.name = change.row.name
    if change.touches("kana"):
        student.kana = change.row.kana
    if change.touches("enrolled"):
        student.left_at = None
    return any(change.touches(field) for field in ("school_code", "name", "kana", "enrolled"))
