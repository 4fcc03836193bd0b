"""Who has to be told a message by other means: by letter, by telephone, in person; and who was, how.

A child counts as reached once any guardian has read. The rest is sorted by why not: nobody has registered,
there was no address, no address took it, or it was not opened yet.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.db.models import Q

from otayori.accounts.access import Access
from otayori.messaging import report
from otayori.messaging.compose import audience_of
from otayori.messaging.models import Message, Recipient, RecipientStudent, ToldOtherwise
from otayori.messaging.report import Reading
from otayori.messaging.report_access import own_classes, sees_whole_school
from otayori.messaging.resolve import students
from otayori.roster import coverage
from otayori.roster.models import Student
from otayori.roster.order import ClassOrder, class_order
from otayori.roster.seats import Rooms, with_seats
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
    told_before: list[ToldOtherwise] = field(default_factory=list)  # what it said before it was corrected


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

    Of a message that is only scheduled: whom it would not get to as things are. Five statements; no name is
    decrypted here, for a page shows a few of 1,200.
    """
    is_sent = message.state == Message.State.RELEASED
    got = _got(message, school) if is_sent else {}
    children = _children(message, school, got)
    needs = _needs(message, got) if is_sent else _foreseen(list(children))
    told = _told(message, school) if is_sent else {}
    own = None if sees_whole_school(access, message, school) else own_classes(access, message)
    rooms: dict[UUID | None, Section] = {}
    seats = Rooms()
    for key, student in children.items():
        seat = seats.seat_of(student)
        room = seat.classroom if seat else None
        if own is None or (room is not None and room.id in own):
            line = Line(student, seat.number if seat else None, needs.get(key, Need.UNREGISTERED))
            for note in told.get(key, []):
                (line.told if note.version == message.version else line.told_before).append(note)
            rooms.setdefault(room.id if room else None, Section(room, [])).lines.append(line)
    for section in rooms.values():
        section.lines.sort(key=lambda line: (line.number is None, line.number or 0))
    return sorted(rooms.values(), key=lambda section: _order(section.classroom))


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


_GOT = ("student_id", "recipient__guardian_id", "recipient__read_at", "recipient__read_version")
Got = dict[UUID, list[Recipient]]  # by child: who got it for the child


def _got(message: Message, school: School) -> Got:
    rows = RecipientStudent.objects.filter(recipient__message=message, student__school=school)
    found: Got = defaultdict(list)
    for row in rows.select_related("recipient").only(*_GOT):
        found[row.student_id].append(row.recipient)
    return found


def _children(message: Message, school: School, got: Got) -> dict[UUID, Student]:
    """Whom the message is about now, and for whose sake it was got then."""
    concerned = Q(id__in=students(audience_of(message)).values("id")) | Q(id__in=list(got))
    return {one.id: one for one in with_seats(Student.objects.filter(concerned, school=school))}


def _needs(message: Message, got: Got) -> dict[UUID, Need]:
    people = {one.guardian_id: one for of_child in got.values() for one in of_child}
    reading = report.readings(message, people.values())
    return {
        student: _need({reading[one.guardian_id] for one in of_child}) for student, of_child in got.items()
    }


def _need(readings: set[Reading]) -> Need:
    if Reading.READ in readings:
        return Need.REACHED
    if readings == {Reading.NO_ENDPOINT}:
        return Need.UNREACHABLE
    return Need.FAILED if readings <= _NO_WAY else Need.UNREAD


def _foreseen(children: list[UUID]) -> dict[UUID, Need]:
    standings = coverage.standings(children)
    return {
        student: Need.REACHED if standing.reachable else Need.UNREACHABLE
        for student, standing in standings.items()
        if standing.guardians
    }


def _told(message: Message, school: School) -> dict[UUID, list[ToldOtherwise]]:
    found: dict[UUID, list[ToldOtherwise]] = defaultdict(list)
    rows = ToldOtherwise.objects.filter(message=message, student__school=school).select_related("by")
    for row in rows.order_by("at", "id"):
        found[row.student_id].append(row)
    return found


def _order(room: Classroom | None) -> ClassOrder:
    return class_order(room.grade, room.name) if room else class_order("", "")
