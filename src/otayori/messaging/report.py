"""Who has read a message, by class and by name, for the staff of one school."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from otayori.delivery.models import Batch, Delivery
from otayori.delivery.progress import waiting_guardians
from otayori.delivery.status import EXPIRED
from otayori.messaging import follow_up
from otayori.messaging.compose import audience_of
from otayori.messaging.models import Message, Recipient, RecipientStudent
from otayori.messaging.reading import unread
from otayori.messaging.resolve import students
from otayori.roster.models import Guardian, Student
from otayori.roster.order import ClassOrder, class_order
from otayori.roster.seats import Rooms, with_seats
from otayori.schools.models import Classroom, School


class Reading(StrEnum):
    """How it stands with one guardian, the best news first."""

    READ = "read"
    OUTDATED = "outdated"  # opened before the correction or the recall, and not since
    UNREAD = "unread"  # it went out; not opened yet
    WAITING = "waiting"  # still being sent, or a mail is to follow
    EXPIRED = "expired"  # no address took it before the deadline
    FAILED = "failed"  # no address took it
    NO_ENDPOINT = "no endpoint"  # there was no address to send it to


# of 1,200 rows: not the 30 columns that no report shows
_GOT = ("student_id", *(f"recipient__{it}" for it in ("read_at", "read_version", "guardian__user__name")))
OPENED = (Reading.READ, Reading.OUTDATED)


@dataclass(frozen=True)
class GuardianLine:
    guardian: Guardian
    reading: Reading | None  # None: not asked for

    @property
    def guardian_id(self) -> UUID:
        return self.guardian.id

    @property
    def name(self) -> str:
        return str(self.guardian.user.name)


@dataclass
class StudentLine:
    """A student and the guardians who got the message for this child; none: nobody has registered."""

    student: Student
    number: int | None
    guardians: list[GuardianLine] = field(default_factory=list)

    @property
    def is_read(self) -> bool:
        return any(line.reading in OPENED for line in self.guardians)


@dataclass
class ClassReport:
    classroom: Classroom | None  # None: not enrolled in a class this year
    students: list[StudentLine]

    def count(self, reading: Reading) -> int:
        """Guardians of the class with this reading."""
        return sum(line.reading is reading for student in self.students for line in student.guardians)

    @property
    def opened(self) -> int:
        """Guardians of the class who have opened it in any version."""
        return sum(self.count(reading) for reading in OPENED)

    @property
    def unregistered(self) -> int:
        return sum(not student.guardians for student in self.students)


@dataclass(frozen=True)
class Totals:
    """Guardians of a message, each once."""

    recipients: int
    read: int  # in any version
    newest: int  # who have opened what it says now


def totals(message: Message) -> Totals:
    """Count recipients and readers of the whole message."""
    counts = Recipient.objects.filter(message=message).aggregate(
        recipients=Count("id"),
        read=Count("id", filter=Q(read_at__isnull=False)),
        newest=Count("id", filter=~unread(message)),
    )
    return Totals(**counts)


def expired(message: Message) -> int:
    """Count the guardians whom no address reached before the deadline, and who have not read it otherwise."""
    told = list(Batch.objects.filter(follow_up.told_by(message.id)).values_list("id", flat=True))
    late = Delivery.objects.filter(batch__in=told, status="cancelled", code=EXPIRED)
    reached = Delivery.objects.filter(
        batch__in=told,
        endpoint__guardian=OuterRef("endpoint__guardian"),
        status__in=["queued", "sending", "sent", "delivered"],
    )
    read = Recipient.objects.filter(
        message=message, guardian=OuterRef("endpoint__guardian"), read_at__isnull=False
    )
    missed = late.exclude(Exists(reached)).exclude(Exists(read)).values_list("endpoint__guardian", flat=True)
    if not (guardians := set(missed)):
        return 0
    return len(guardians - waiting_guardians(*told))  # a worker had taken it in time, and holds it


def readings(message: Message, recipients: Collection[Recipient]) -> dict[UUID, Reading]:
    """Return the reading of each guardian id, by all batches that told the message."""
    told = list(Batch.objects.filter(follow_up.told_by(message.id)).values_list("id", flat=True))
    by_guardian: dict[UUID, set[str]] = defaultdict(set)
    for guardian_id in waiting_guardians(*told):
        by_guardian[guardian_id].add("queued")
    rows = Delivery.objects.filter(batch__in=told)
    if message.school_id is None:  # of 20,000 those of one school
        rows = rows.filter(endpoint__guardian__in=[one.guardian_id for one in recipients])
    for guardian_id, status, code in rows.values_list("endpoint__guardian_id", "status", "code").distinct():
        by_guardian[guardian_id].add(EXPIRED if (status, code) == ("cancelled", EXPIRED) else status)
    return {
        one.guardian_id: _reading(one, message.version, by_guardian[one.guardian_id]) for one in recipients
    }


def _reading(recipient: Recipient, version: int, statuses: set[str]) -> Reading:
    if recipient.read_at is not None:
        is_newest = version == 1 or recipient.read_version >= version
        return Reading.READ if is_newest else Reading.OUTDATED
    if not statuses:
        return Reading.NO_ENDPOINT
    if statuses & {"sent", "delivered"}:
        return Reading.UNREAD
    if statuses & {"queued", "sending"}:
        return Reading.WAITING
    return Reading.EXPIRED if EXPIRED in statuses else Reading.FAILED


def by_classroom(message: Message, school: School, *, with_readings: bool = True) -> list[ClassReport]:
    """Return the classes of `school` that the message concerns, with every student and guardian.

    Five statements, two without the readings. No name is decrypted here: a page may show a few of 1,200.
    """
    received = RecipientStudent.objects.filter(recipient__message=message, student__school=school)
    got = list(received.select_related("recipient__guardian__user").only(*_GOT))
    reading = readings(message, [row.recipient for row in got]) if with_readings else {}
    concerned = Q(id__in=students(audience_of(message)).values("id")) | Q(id__in=received.values("student"))
    children = with_seats(Student.objects.filter(concerned, school=school))
    lines = {child.id: StudentLine(child, None) for child in children}
    for row in got:
        guardian = row.recipient.guardian
        line = GuardianLine(guardian, reading.get(guardian.id))
        lines[row.student_id].guardians.append(line)
    return _by_class(lines)


def _by_class(lines: dict[UUID, StudentLine]) -> list[ClassReport]:
    rooms: dict[UUID | None, ClassReport] = {}
    seats = Rooms()
    for line in lines.values():
        seat = seats.seat_of(line.student)
        room = seat.classroom if seat else None
        line.number = seat.number if seat else None
        rooms.setdefault(room.id if room else None, ClassReport(room, [])).students.append(line)
    for report in rooms.values():
        report.students.sort(key=lambda line: (line.number is None, line.number or 0))
    return sorted(rooms.values(), key=lambda report: _order(report.classroom))


def _order(room: Classroom | None) -> ClassOrder:
    return class_order(room.grade, room.name) if room else class_order("", "")
