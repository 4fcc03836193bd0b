"""Rows of a roster file to students: everything that is wrong is told at once, each with its line."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

from otayori.roster.imports import cells
from otayori.roster.imports.cells import CellError
from otayori.roster.imports.codes import Code
from otayori.roster.imports.columns import Column, Columns, match_columns
from otayori.roster.imports.decode import decode, load
from otayori.roster.imports.errors import Problem, RosterFileError
from otayori.roster.imports.grades import read_grade
from otayori.roster.imports.table import Row, Table, split_table

MAX_ERRORS = 200  # more help nobody; the rest is counted
_LISTED_LINES = 6

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SchoolInfo:
    """A school the file may speak of. `kind`: kindergarten, elementary, junior_high or special_needs."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class StudentRow:
    """One student as the file tells it. Blank where the file is silent: see ParsedRoster.told."""

    line: int
    school_code: str
    grade: str  # E1-E3, P1-P6, J1-J3
    class_name: str  # without 組
    number: int | None
    name: str  # NFC as given, one space between family and given name if the file has any
    kana: str  # full-width katakana or ""
    management_code: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParsedRoster:
    """All that a roster file says. With errors, apply nothing of it: `rows` are then the sound ones only."""

    rows: tuple[StudentRow, ...]
    errors: tuple[Problem, ...]  # the first MAX_ERRORS, by line
    more_errors: int  # how many errors are not listed
    notices: tuple[Problem, ...]
    told: frozenset[Column]  # optional columns (number, kana, groups) that the file has
    encoding: str  # utf-8, utf-8-sig, utf-16, cp932, or "" if unreadable


def read_roster(
    source: BinaryIO, schools: Mapping[str, SchoolInfo], *, school_code: str | None = None
) -> ParsedRoster:
    """Read a roster file (CSV or TSV, at most 10 MB). Never raises for a bad file: see `errors`.

    `schools`: the schools the caller may import, by code. `school_code`: the school of a one-school
    file, one of `schools`; the column 学校コード may then be absent, and may not name another school.
    """
    encoding = ""
    try:
        text = decode(load(source))
        encoding = text.encoding
        table = split_table(text.content)
        columns = match_columns(table.header.cells, table.header.line, school_given=school_code is not None)
    except RosterFileError as error:
        return ParsedRoster((), error.problems, 0, (), frozenset(), encoding)
    return _Reading(columns, schools, school_code=school_code).read(table, encoding)


class _Reading:
    """The state of reading one file: what was found so far, and on which line."""

    def __init__(
        self, columns: Columns, schools: Mapping[str, SchoolInfo], *, school_code: str | None
    ) -> None:
        self.columns = columns
        self.schools = {code.upper(): school for code, school in schools.items()}
        self.only = self.schools[school_code.upper()] if school_code is not None else None
        self.errors: list[Problem] = []
        self.error_count = 0
        self.noticed: dict[Code, list[int]] = {}
        self.line_of_code: dict[str, int] = {}
        self.line_of_seat: dict[tuple[str, str, str, int], int] = {}

    def read(self, table: Table, encoding: str) -> ParsedRoster:
        width = len(table.header.cells)
        rows = [student for row in table.rows if (student := self._student(row, width))]
        self._notice_lost_zeros(rows)
        optional = (Column.NUMBER, Column.KANA, Column.GROUPS)
        return ParsedRoster(
            rows=tuple(rows),
            errors=tuple(self.errors),
            more_errors=self.error_count - len(self.errors),
            notices=(*self._column_notices(), *self._row_notices()),
            told=frozenset(column for column in optional if self.columns.has(column)),
            encoding=encoding,
        )

    def _student(self, row: Row, width: int) -> StudentRow | None:
        if len(row.cells) != width:
            self._refuse(row.line, CellError(Code.CELL_COUNT, expected=width, found=len(row.cells)))
            return None
        before = self.error_count
        school = self._try(row, self._school)
        grade = self._try(row, lambda r: self._grade(r, school.kind)) if school else None
        class_name = self._try(row, lambda r: self._class_name(r, grade))
        number = self._try(row, lambda r: cells.read_number(self._cell(r, Column.NUMBER)))
        name = self._try(row, self._name)
        kana = self._try(row, self._kana)
        code = self._try(row, self._management_code)
        groups = self._try(row, self._groups)
        if school and grade and class_name and number:
            seat = (school.code, grade, class_name, number)
            self._try(row, lambda r: self._seat(r, seat))
        if self.error_count > before or not (school and grade and class_name and name and code):
            return None
        return StudentRow(
            row.line, school.code, grade, class_name, number, name, kana or "", code, groups or ()
        )

    def _try(self, row: Row, read: Callable[[Row], T]) -> T | None:
        try:
            return read(row)
        except CellError as error:
            self._refuse(row.line, error)
            return None

    def _refuse(self, line: int, error: CellError) -> None:
        self.error_count += 1
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(Problem(error.code, line, error.params))

    def _notice(self, code: Code, line: int) -> None:
        self.noticed.setdefault(code, []).append(line)

    def _cell(self, row: Row, column: Column) -> str:
        """The cleaned cell, or "" where the file has no such column."""
        place = self.columns.places.get(column)
        return cells.clean(column, row.cells[place[0]]) if place else ""

    def _school(self, row: Row) -> SchoolInfo:
        value = cells.fold(self._cell(row, Column.SCHOOL_CODE)).upper()
        if not value and self.only:
            return self.only
        cells.demand(Column.SCHOOL_CODE, value)
        school = self.schools.get(value)
        if self.only and school != self.only:
            raise CellError(Code.OTHER_SCHOOL, value=value, school=self.only.name, expected=self.only.code)
        if school is None:
            raise CellError(Code.UNKNOWN_SCHOOL, value=value)
        return school

    def _grade(self, row: Row, kind: str) -> str:
        value = cells.demand(Column.GRADE, self._cell(row, Column.GRADE))
        grade = read_grade(value, kind)
        if isinstance(grade, Code):
            raise CellError(grade, value=value)
        return grade

    def _class_name(self, row: Row, grade: str | None) -> str:
        value = self._cell(row, Column.CLASS_NAME)
        name, year = cells.read_class_name(value)
        if grade and year and year != int(grade[1]):
            told = self._cell(row, Column.GRADE)
            raise CellError(Code.CLASS_OF_OTHER_GRADE, value=value, grade=told)
        return name

    def _name(self, row: Row) -> str:
        whole = (Column.NAME,) if Column.NAME in self.columns.places else None
        parts = whole or (Column.FAMILY_NAME, Column.GIVEN_NAME)
        name = " ".join(cells.demand(part, self._cell(row, part)) for part in parts)
        if cells.has_placeholder(name):
            self._notice(Code.PLACEHOLDER, row.line)
        return cells.demand(Column.NAME, name)

    def _kana(self, row: Row) -> str:
        parts = (Column.KANA, Column.FAMILY_KANA, Column.GIVEN_KANA)
        kana, notice = cells.read_kana(" ".join(filter(None, (self._cell(row, part) for part in parts))))
        if notice or not kana:
            self._notice(notice or Code.NO_KANA, row.line)
        return kana

    def _management_code(self, row: Row) -> str:
        code = cells.read_management_code(self._cell(row, Column.MANAGEMENT_CODE))
        first = self.line_of_code.setdefault(code, row.line)
        if first != row.line:
            raise CellError(Code.DOUBLED_CODE, value=code, first=first)
        return code

    def _groups(self, row: Row) -> tuple[str, ...]:
        places = self.columns.places.get(Column.GROUPS, ())
        one_line = (";".join(row.cells[place].splitlines()) for place in places)
        return cells.read_groups(tuple(cells.clean(Column.GROUPS, text) for text in one_line))

    def _seat(self, row: Row, seat: tuple[str, str, str, int]) -> None:
        first = self.line_of_seat.setdefault(seat, row.line)
        if first != row.line:
            grade = self._cell(row, Column.GRADE)
            raise CellError(Code.DOUBLED_SEAT, grade=grade, class_name=seat[2], number=seat[3], first=first)

    def _notice_lost_zeros(self, rows: list[StudentRow]) -> None:
        """Some codes 00123, others 123: the shorter ones may have been typed over in Excel."""
        digits = [row for row in rows if row.management_code.isdecimal()]
        padded = Counter(len(row.management_code) for row in digits if row.management_code[0] == "0")
        if not padded:
            return
        length = padded.most_common(1)[0][0]
        for row in digits:
            if len(row.management_code) < length:
                self._notice(Code.SHORT_CODE, row.line)

    def _column_notices(self) -> tuple[Problem, ...]:
        personal = self.columns.personal
        others = tuple(title for title in self.columns.ignored if title not in personal)
        named = ((Code.PERSONAL_COLUMNS, personal), (Code.IGNORED_COLUMNS, others))
        return tuple(Problem(code, params={"columns": titles}) for code, titles in named if titles)

    def _row_notices(self) -> tuple[Problem, ...]:
        return tuple(
            Problem(code, params={"count": len(lines), "lines": tuple(lines[:_LISTED_LINES])})
            for code, lines in self.noticed.items()
        )
