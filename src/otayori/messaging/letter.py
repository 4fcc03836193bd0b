"""Who has to be told a message by other means: by letter, by telephone, in person; and who was, how.

A child counts as reached once any guardian has read. The rest is sorted by why not: nobody has registered,
there was no address, no address took it, or it was not opened yet.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from otayori.accounts.access import Access
from otayori.messaging import report
from otayori.messaging.models import Message, ToldOtherwise
from otayori.messaging.report import ClassReport, Reading, StudentLine
from otayori.messaging.report_access import shown
from otayori.roster import coverage
from otayori.roster.coverage import Standing
from otayori.roster.models import Student
from otayori.schools.models import Classroom, School


class Need(StrEnum):
    """Why a child's family does not know yet; REACHED: somebody has read it."""

    UNREGISTERED = "unregistered"
    UNREACHABLE = "unreachable"  # registered, but there was no address
    FAILED = "failed"  # no address took it, or not in time
    UNREAD = "unread"
    REACHED = "reached"


class Choice(StrEnum):
    """Which children a page, a list or a file of letters is about."""

    OUT = "out"  # whom it did not get to: the first three needs
    UNREGISTERED = "unregistered"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    UNREAD = "unread"  # nobody has read it, for whatever reason
    ALL = "all"

    def takes(self, need: Need) -> bool:
        """Tell whether a child with this need is meant."""
        return self is Choice.ALL or need in _MEANT.get(self, {Need(self.value)} if self in _NEEDS else set())


_OUT = {Need.UNREGISTERED, Need.UNREACHABLE, Need.FAILED}
_NEEDS = {Choice.UNREGISTERED, Choice.UNREACHABLE, Choice.FAILED}
_MEANT = {Choice.OUT: _OUT, Choice.UNREAD: _OUT | {Need.UNREAD}}
_NO_WAY = {Reading.FAILED, Reading.EXPIRED, Reading.NO_ENDPOINT}


@dataclass
class Line:
    """A child of the message: why the family does not know yet, and how it was told otherwise."""

    student: Student
    number: int | None
    need: Need
    told: list[ToldOtherwise] = field(default_factory=list)


@dataclass
class Section:
    """The children of one class; `classroom` None: in no class this year."""

    classroom: Classroom | None
    lines: list[Line]

    @property
    def key(self) -> str:
        """The class in an address."""
        return str(self.classroom.id) if self.classroom else "none"

    @property
    def left(self) -> list[Line]:
        """Those nobody has told yet."""
        return [line for line in self.lines if not line.told]


def sections(access: Access, message: Message, school: School) -> list[Section]:
    """Return the children of a message in one school, by class, whose names this person may see.

    Of a message that is only scheduled: whom it would not get to as things are.
    """
    reports = shown(access, message, school, report.by_classroom(message, school))
    ids = [line.student.id for one in reports for line in one.students]
    is_sent = message.state == Message.State.RELEASED
    standings = {} if is_sent else coverage.standings(ids)
    told = _told(message, ids) if is_sent else {}
    return [_section(one, standings if not is_sent else None, told) for one in reports]


def chosen(found: Iterable[Section], choice: Choice, *, only_left: bool = False) -> list[Section]:
    """Return the sections with the children that are meant alone; classes without one are left out."""
    narrowed = [
        Section(
            one.classroom,
            [line for line in one.lines if choice.takes(line.need) and not (only_left and line.told)],
        )
        for one in found
    ]
    return [one for one in narrowed if one.lines]


def count(found: Iterable[Section], choice: Choice) -> int:
    """Count the children that are meant."""
    return sum(choice.takes(line.need) for one in found for line in one.lines)


def _section(
    found: ClassReport, standings: dict[UUID, Standing] | None, told: dict[UUID, list[ToldOtherwise]]
) -> Section:
    lines = []
    for line in found.students:
        need = _need(line) if standings is None else _foreseen(standings.get(line.student.id, Standing()))
        lines.append(Line(line.student, line.number, need, told.get(line.student.id, [])))
    return Section(found.classroom, lines)


def _need(line: StudentLine) -> Need:
    readings = {one.reading for one in line.guardians}
    if not readings:
        return Need.UNREGISTERED
    if Reading.READ in readings:
        return Need.REACHED
    if readings == {Reading.NO_ENDPOINT}:
        return Need.UNREACHABLE
    return Need.FAILED if readings <= _NO_WAY else Need.UNREAD


def _foreseen(standing: Standing) -> Need:
    if not standing.guardians:
        return Need.UNREGISTERED
    return Need.REACHED if standing.reachable else Need.UNREACHABLE


def _told(message: Message, ids: list[UUID]) -> dict[UUID, list[ToldOtherwise]]:
    found: dict[UUID, list[ToldOtherwise]] = defaultdict(list)
    rows = ToldOtherwise.objects.filter(message=message, student__in=ids).select_related("by")
    for row in rows.order_by("at", "id"):
        found[row.student_id].append(row)
    return found
