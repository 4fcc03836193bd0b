"""Find single students to write to, by name or kana. Names lie encrypted: they are compared here."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from otayori.accounts.access import Access
from otayori.core import clock
from otayori.messaging.targets import Choices, choices, own_students
from otayori.roster.models import Enrolment, Student
from otayori.roster.search import matches, search_key
from otayori.roster.seats import Rooms, place_of, with_seats
from otayori.schools.models import School

MOST_FOUND = 20


@dataclass(frozen=True)
class Found:
    """A student with class and number, as a person recognises the child."""

    id: UUID
    name: str
    kana: str
    place: str  # 3年1組 12番


def search(access: Access, school: School, text: str, *, to_leave_out: bool = False) -> list[Found]:
    """Return up to `MOST_FOUND` students whose name or kana holds the text.

    Those this person may write to; to be left out any of the school.
    """
    wanted = search_key(text)
    if not wanted:
        return []
    hits = [
        one
        for one in _to_choose(choices(access, school), to_leave_out)
        if matches(wanted, one.name, one.kana)
    ]
    hits.sort(key=lambda student: search_key(student.kana))
    found = hits[:MOST_FOUND]
    return [Found(one.id, one.name, one.kana, place) for one, place in zip(found, places(found), strict=True)]


def picked(may: Choices, ids: Collection[UUID], *, to_leave_out: bool = False) -> list[Found]:
    """Return those of the students that may be chosen: the ones a draft names already."""
    if not ids:
        return []
    rows = list(with_seats(_to_choose(may, to_leave_out).filter(id__in=ids)))
    rows.sort(key=lambda student: search_key(student.kana))
    seats = Rooms()
    return [Found(one.id, one.name, one.kana, place_of(seats.seat_of(one))) for one in rows]


def _to_choose(may: Choices, to_leave_out: bool) -> QuerySet[Student]:
    present = Student.objects.filter(school=may.school if may.whole_school else None, left_at__isnull=True)
    return present if to_leave_out else present.filter(own_students(may))


def places(students: Collection[Student]) -> list[str]:
    """Return class and number of each student this year, 「3年1組 12番」; "" without a class."""
    rows = Enrolment.objects.filter(student__in=students, year_id=clock.school_year())
    known = {row.student_id: row for row in rows.select_related("classroom")}
    return [place_of(known.get(student.id)) for student in students]
