"""What a roster file would change: compares the roster of today with the rows of a file. Changes nothing."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar
from uuid import UUID

from otayori.roster.imports.columns import Column
from otayori.roster.imports.parse import StudentRow

# A file that would remove more than this share of a school, and more than these few, is more likely an
# export of one grade than a school losing its children.
MAX_GONE_SHARE = 0.20
MAX_GONE_FEW = 5

Value = str | int | tuple[str, ...] | bool | None


@dataclass(frozen=True, slots=True)
class CurrentStudent:
    """A student as the roster has them today. `enrolled` False: has left, kept for the grace period."""

    student_id: UUID
    management_code: str  # "" if entered by hand: no file speaks of such a student
    school_code: str
    grade: str
    class_name: str
    number: int | None
    name: str
    kana: str
    groups: tuple[str, ...]
    enrolled: bool = True


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one student. `field` is the attribute's name, also of `enrolled` for who comes back."""

    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Change:
    """A known student whom the file tells otherwise."""

    current: CurrentStudent
    row: StudentRow
    fields: tuple[FieldChange, ...]

    def touches(self, field: str) -> bool:
        """Whether `field` is among the changed ones."""
        return any(change.field == field for change in self.fields)


@dataclass(frozen=True, slots=True, order=True)
class ClassroomKey:
    """A classroom by what the file calls it."""

    school_code: str
    grade: str
    class_name: str


@dataclass(frozen=True, slots=True, order=True)
class GroupKey:
    """A group by what the file calls it."""

    school_code: str
    name: str


@dataclass(frozen=True, slots=True)
class SchoolLoss:
    """A school that would lose suspiciously many: `gone` of its `before` students."""

    school_code: str
    gone: int
    before: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying the file would do, in reading order of the classes. Equal digest = equal plan."""

    new: tuple[StudentRow, ...]
    changed: tuple[Change, ...]
    unchanged: int
    gone: tuple[CurrentStudent, ...]
    new_classrooms: tuple[ClassroomKey, ...]  # no enrolled student sits there today
    new_groups: tuple[GroupKey, ...]  # no enrolled student is in it today
    too_many_gone: tuple[SchoolLoss, ...]
    other_person: tuple[Change, ...]  # same code, but neither name nor kana has anything in common
    lost_zeros: tuple[tuple[CurrentStudent, StudentRow], ...]  # gone 00123, new 123: typed over in Excel
    digest: str  # SHA-256, hex

    @property
    def moved_schools(self) -> tuple[Change, ...]:
        """Those of `changed` who come from another school of the ward."""
        return tuple(change for change in self.changed if change.touches("school_code"))

    @property
    def returned(self) -> tuple[Change, ...]:
        """Those of `changed` who had left."""
        return tuple(change for change in self.changed if change.touches("enrolled"))

    @property
    def is_empty(self) -> bool:
        """Whether applying it would do nothing."""
        return not (self.new or self.changed or self.gone)

    @property
    def needs_confirmation(self) -> bool:
        """Whether it must not be applied without somebody saying so for these very findings."""
        return bool(self.too_many_gone or self.other_person or self.lost_zeros)


P = TypeVar("P", CurrentStudent, StudentRow)


def make_plan(
    current: Sequence[CurrentStudent],
    rows: Sequence[StudentRow],
    *,
    scope: Collection[str],
    told: Collection[Column],
) -> Plan:
    """Compare the roster with a file.

    `current`: the students of the whole ward, so that somebody who moves between schools keeps their
    identity; management codes are unique in it. Give groups that rosters made: a group kept by hand
    would count as removed. `rows`, `told`: from ParsedRoster; a column the file lacks changes nothing.
    `scope`: codes of the schools the file speaks for; only their missing students are gone.
    """
    known = {student.management_code: student for student in current if student.management_code}
    enrolled = [student for student in current if student.enrolled]
    named = {row.management_code for row in rows}
    new = _in_order(row for row in rows if row.management_code not in known)
    pairs = [(known[row.management_code], row) for row in rows if row.management_code in known]
    compared = [Change(student, row, _compare(student, row, told=told)) for student, row in pairs]
    changed = tuple(sorted((c for c in compared if c.fields), key=lambda c: _place(c.row)))
    gone = _in_order(
        student
        for student in enrolled
        if student.management_code and student.school_code in scope and student.management_code not in named
    )
    return Plan(
        new=new,
        changed=changed,
        unchanged=len(compared) - len(changed),
        gone=gone,
        new_classrooms=tuple(sorted({_classroom(r) for r in rows} - {_classroom(s) for s in enrolled})),
        new_groups=tuple(sorted(_groups(rows) - _groups(enrolled))),
        too_many_gone=_too_many_gone(enrolled, gone),
        other_person=tuple(change for change in changed if _is_other_person(change)),
        lost_zeros=_lost_zeros(gone, new),
        digest=_digest(new=new, changed=changed, gone=gone, told=told),
    )


def _compare(
    student: CurrentStudent, row: StudentRow, *, told: Collection[Column]
) -> tuple[FieldChange, ...]:
    seat: dict[str, tuple[Value, Value]] = {
        "enrolled": (student.enrolled, True),
        "school_code": (student.school_code, row.school_code),
        "grade": (student.grade, row.grade),
        "class_name": (student.class_name, row.class_name),
    }
    changes = _differences(seat)
    rest: dict[str, tuple[Value, Value]] = {}
    if Column.NUMBER in told:
        rest["number"] = student.number, row.number
    elif changes:
        rest["number"] = student.number, None  # the number of the old class says nothing in the new one
    if student.name.split() != row.name.split():  # a wider space is no new name
        rest["name"] = student.name, row.name
    if Column.KANA in told and student.kana.split() != row.kana.split():
        rest["kana"] = student.kana, row.kana
    if Column.GROUPS in told:
        rest["groups"] = tuple(sorted(student.groups)), tuple(sorted(row.groups))
    return changes + _differences(rest)


def _differences(pairs: Mapping[str, tuple[Value, Value]]) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(field, *pair) for field, pair in pairs.items() if pair[0] != pair[1])


def _too_many_gone(
    enrolled: Iterable[CurrentStudent], gone: Iterable[CurrentStudent]
) -> tuple[SchoolLoss, ...]:
    before = Counter(student.school_code for student in enrolled)
    lost = Counter(student.school_code for student in gone)
    return tuple(
        SchoolLoss(school, count, before[school])
        for school, count in sorted(lost.items())
        if count > MAX_GONE_FEW and count > MAX_GONE_SHARE * before[school]
    )


def _is_other_person(change: Change) -> bool:
    """A code used again for another child would hand their messages to the wrong family."""
    if not change.touches("name") or _has_common_part(change.current.name, change.row.name):
        return False
    kana = change.current.kana, change.row.kana
    return not (all(kana) and _has_common_part(*kana))


def _has_common_part(before: str, after: str) -> bool:
    """Same family or given name; without a space between them, the same first or last letter."""
    old, new = before.split(), after.split()
    if len(old) > 1 and len(new) > 1:
        return not set(old).isdisjoint(new)
    joined = "".join(old), "".join(new)
    return joined[0][0] == joined[1][0] or joined[0][-1] == joined[1][-1]


def _lost_zeros(
    gone: Iterable[CurrentStudent], new: Iterable[StudentRow]
) -> tuple[tuple[CurrentStudent, StudentRow], ...]:
    padded = {s.management_code.lstrip("0"): s for s in gone if s.management_code.startswith("0")}
    return tuple((padded[row.management_code], row) for row in new if row.management_code in padded)


def _classroom(person: CurrentStudent | StudentRow) -> ClassroomKey:
    return ClassroomKey(person.school_code, person.grade, person.class_name)


def _groups(people: Iterable[CurrentStudent | StudentRow]) -> set[GroupKey]:
    return {GroupKey(person.school_code, name) for person in people for name in person.groups}


def _place(person: CurrentStudent | StudentRow) -> tuple[str, str, int, str, int, str]:
    """School, grade, class (2 before 10), number, code: the order of a class register."""
    name = person.class_name
    width = len(name) if name.isdecimal() else 0
    return (person.school_code, person.grade, width, name, person.number or 0, person.management_code)


def _in_order(people: Iterable[P]) -> tuple[P, ...]:
    return tuple(sorted(people, key=_place))


def _digest(
    *,
    new: Sequence[StudentRow],
    changed: Sequence[Change],
    gone: Sequence[CurrentStudent],
    told: Collection[Column],
) -> str:
    """Name the plan by all it would write. Line numbers are left out: only where a row stands."""
    acts = {
        "told": sorted(told),
        "new": [{**asdict(row), "line": 0} for row in new],
        "changed": [[str(c.current.student_id), [asdict(field) for field in c.fields]] for c in changed],
        "gone": [str(student.student_id) for student in gone],
    }
    canonical = json.dumps(acts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
