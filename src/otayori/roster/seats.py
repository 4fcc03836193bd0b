"""Seats: which class a child is in this school year, and by which number, brought along with the child."""

from typing import Any

from django.db.models import FilteredRelation, Q, QuerySet

from otayori.core import clock
from otayori.roster.models import Enrolment, Student


def with_seats(students: QuerySet[Student]) -> QuerySet[Any]:
    """Bring each child's enrolment of this year along, with its class: `seat_of` tells it."""
    of_year = Q(enrolments__year_id=clock.school_year())
    seated = students.annotate(seat=FilteredRelation("enrolments", condition=of_year))
    return seated.select_related("seat__classroom")  # type: ignore[misc]


def seat_of(student: Student) -> Enrolment | None:
    """Return the enrolment that `with_seats` has brought; None: in no class this year."""
    found: Enrolment | None = student.seat  # type: ignore[attr-defined]
    return found


def place_of(seat: Enrolment | None) -> str:
    """3年1組 12番; "" without a class."""
    if seat is None:
        return ""
    number = f" {seat.number}番" if seat.number else ""
    return f"{seat.classroom.label}{number}"
