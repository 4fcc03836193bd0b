"""Members of a group from a CSV: which line means which child, and which lines mean nobody for sure.

A line names a child by 管理コード, by class and 出席番号, or by class and name. A line that could mean two
children, or whose parts contradict each other, means nobody: a child in the wrong group gets its letters.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from otayori.roster.group_members import class_year
from otayori.roster.imports import cells
from otayori.roster.imports.cells import CellError
from otayori.roster.imports.columns import Column, Columns, find_columns
from otayori.roster.imports.decode import decode, load
from otayori.roster.imports.errors import RosterFileError, describe
from otayori.roster.imports.grades import read_grade
from otayori.roster.imports.table import Row, Table, split_table
from otayori.roster.models import Enrolment, Group, GroupMember, Student
from otayori.roster.search import search_key

Room = tuple[str, str]  # grade and class name: ("P3", "1")


class Why(StrEnum):
    """Why a line means nobody."""

    EMPTY = "empty"  # neither code, nor class with number or name
    UNREADABLE = "unreadable"
    NO_CODE = "no code"
    NO_CLASS = "no class"
    NO_SEAT = "no seat"
    NO_NAME = "no name"
    OTHER_NAME = "other name"  # the code or seat is somebody's with another name
    AMBIGUOUS = "ambiguous"
    DOUBLED = "doubled"  # an earlier line means the same child


@dataclass(frozen=True, slots=True)
class Person:
    """A child as lines are compared with it."""

    student: Student
    room: Room | None
    label: str  # 3年1組
    number: int | None
    is_member: bool

    @property
    def place(self) -> str:
        return f"{self.label} {self.number}番" if self.number else self.label


@dataclass(frozen=True, slots=True)
class Match:
    line: int
    person: Person


@dataclass(frozen=True, slots=True)
class Miss:
    """`shown`: what stands in the line, for whoever brought the file; never for a log."""

    line: int
    why: Why
    shown: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A file beside the school. With `errors` the file could not be read at all."""

    matches: tuple[Match, ...] = ()
    misses: tuple[Miss, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def new(self) -> list[Match]:
        return [match for match in self.matches if not match.person.is_member]


def read(source: BinaryIO, group: Group, students: QuerySet[Student]) -> Reading:
    """Compare a file with the students who may be put in. Four statements; nothing is changed or kept."""
    try:
        table = split_table(decode(load(source)).content)
        columns = find_columns(table.header.cells, table.header.line)
    except RosterFileError as error:
        return Reading(errors=tuple(describe(problem, _) for problem in error.problems))
    if missing := _missing(columns):
        return Reading(errors=(missing,))
    return _Lines(columns, group.school.kind, _people(group, students)).read(table)


def _missing(columns: Columns) -> str:
    if Column.MANAGEMENT_CODE in columns.places:
        return ""
    has_name = columns.has(Column.NAME)
    if Column.CLASS_NAME in columns.places and (Column.NUMBER in columns.places or has_name):
        return ""
    return _("「管理コード」の列、または「学級」と「出席番号」か「氏名」の列が必要です。")


def _people(group: Group, students: QuerySet[Student]) -> list[Person]:
    found = list(students)
    members = set(GroupMember.objects.filter(group=group).values_list("student_id", flat=True))
    seats = Enrolment.objects.filter(year_id=class_year(group), student__in=found).select_related("classroom")
    seat_of = {seat.student_id: seat for seat in seats}
    people = []
    for student in found:
        seat = seat_of.get(student.id)
        room = (seat.classroom.grade, seat.classroom.name) if seat else None
        label = seat.classroom.label if seat else ""
        people.append(Person(student, room, label, seat.number if seat else None, student.id in members))
    return people


@dataclass
class _Lines:
    """Reads the lines of one file."""

    columns: Columns
    school_kind: str
    people: Sequence[Person]
    by_code: dict[str, Person] = field(default_factory=dict)
    by_room: dict[Room, list[Person]] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)  # by how a class is written without its grade apart
    line_of: dict[object, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for person in self.people:
            if Column.MANAGEMENT_CODE in self.columns.places and person.student.management_code:
                self.by_code[person.student.management_code] = person
            if person.room:
                self.by_room.setdefault(person.room, []).append(person)
                self.rooms[_written(person.label)] = person.room

    def read(self, table: Table) -> Reading:
        found: list[Match | Miss] = [self._line(row) for row in table.rows]
        return Reading(
            tuple(one for one in found if isinstance(one, Match)),
            tuple(one for one in found if isinstance(one, Miss)),
        )

    def _line(self, row: Row) -> Match | Miss:
        shown = "、".join(filter(None, (self._shown(row, column) for column in _SHOWN)))
        try:
            meant = self._person(row)
        except CellError:
            meant = Why.UNREADABLE
        if isinstance(meant, Person):
            first = self.line_of.setdefault(meant.student.id, row.line)
            if first == row.line:
                return Match(row.line, meant)
            meant = Why.DOUBLED
        return Miss(row.line, meant, shown)

    def _person(self, row: Row) -> Person | Why:
        name = search_key("".join(self._cell(row, column) for column in self._name_columns()))
        if code := self._cell(row, Column.MANAGEMENT_CODE):
            person = self.by_code.get(cells.read_management_code(code))
            return _checked(person, name) if person else Why.NO_CODE
        written = self._cell(row, Column.CLASS_NAME)
        number = cells.read_number(self._cell(row, Column.NUMBER))
        if not written or not (number or name):
            return Why.EMPTY
        room = self._room(row, written)
        if room not in self.by_room:
            return Why.NO_CLASS
        if number:
            return _only((p for p in self.by_room[room] if p.number == number), Why.NO_SEAT, name)
        same = (p for p in self.by_room[room] if search_key(p.student.name) == name)
        return _only(same, Why.NO_NAME, name)

    def _room(self, row: Row, written: str) -> Room | None:
        if told := self._cell(row, Column.GRADE):
            grade = read_grade(told, self.school_kind)
            class_name, _year = cells.read_class_name(written)
            return (str(grade), class_name)
        return self.rooms.get(_written(written))

    def _name_columns(self) -> tuple[Column, ...]:
        return (Column.NAME,) if Column.NAME in self.columns.places else _NAME_PARTS

    def _cell(self, row: Row, column: Column) -> str:
        place = self.columns.places.get(column)
        return cells.clean(column, row.cells[place[0]]) if place and place[0] < len(row.cells) else ""

    def _shown(self, row: Row, column: Column) -> str:
        place = self.columns.places.get(column)
        return row.cells[place[0]].strip()[:40] if place and place[0] < len(row.cells) else ""


_NAME_PARTS = (Column.FAMILY_NAME, Column.GIVEN_NAME)
_SHOWN = (Column.MANAGEMENT_CODE, Column.GRADE, Column.CLASS_NAME, Column.NUMBER, Column.NAME, *_NAME_PARTS)


def _written(label: str) -> str:
    """3年1組, 3年1 and ３−１ are the same class."""
    folded = cells.fold(label).removesuffix("組").replace(" ", "")
    return re.sub(r"(?<=\d)(年|[-−ー‐])0*", "-", folded)


def _only(people: Iterable[Person], none: Why, name: str) -> Person | Why:
    found = list(people)
    if not found:
        return none
    return _checked(found[0], name) if len(found) == 1 else Why.AMBIGUOUS


def _checked(person: Person, name: str) -> Person | Why:
    """The name in the line must not contradict: a code typed one row too low would be another child."""
    return person if not name or search_key(person.student.name) == name else Why.OTHER_NAME
