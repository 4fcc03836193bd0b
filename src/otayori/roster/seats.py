"""Seats: which class a child is in this school year, and by which number, brought along with the child."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, FilteredRelation, Q, QuerySet

from otayori.core import clock
from otayori.roster.models import Enrolment, Student
from otayori.schools.models import Classroom

_OF_ROOM = ("id", "school_id", "year_id", "grade", "name", "label")


@dataclass(frozen=True)
class Seat:
    """A child's class and number."""

    classroom: Classroom
    number: int | None


def with_seats(students: QuerySet[Student]) -> QuerySet[Any]:
    """Bring class and number of this year along with each child, for `seat_of` and `Rooms` to read."""
    of_year = Q(enrolments__year_id=clock.school_year())
    seated = students.annotate(seat=FilteredRelation("enrolments", condition=of_year))
    room = {f"room_{name}": F(f"seat__classroom__{name}") for name in _OF_ROOM}
    return seated.annotate(seat_number=F("seat__number"), **room)


class Rooms:
    """Reads the seats of many children; a class is one object, though 1,200 rows name it."""

    def __init__(self) -> None:
        self._known: dict[UUID, Classroom] = {}

    def seat_of(self, student: Any) -> Seat | None:
        """Return where the child sits, None: in no class this year."""
        if student.room_id is None:
            return None
        room = self._known.get(student.room_id)
        if room is None:
            fields = {name: getattr(student, f"room_{name}") for name in _OF_ROOM}
            room = self._known[student.room_id] = Classroom(**fields)
        return Seat(room, student.seat_number)


def place_of(seat: Seat | Enrolment | None) -> str:
    """3年1組 12番; "" without a class."""
    if seat is None:
        return ""
    number = f" {seat.number}番" if seat.number else ""
    return f"{seat.classroom.label}{number}"
