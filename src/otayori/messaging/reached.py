"""Whom an audience reaches, in detail for the confirm page: classes with numbers, and who is out of reach."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from django.db.models import Count, Exists, OuterRef

from otayori.core import clock
from otayori.delivery.models import ChannelName, Endpoint
from otayori.messaging.audience import Audience
from otayori.messaging.resolve import guardianships, students
from otayori.messaging.search_students import places
from otayori.roster.models import Enrolment, Guardianship
from otayori.roster.order import class_order
from otayori.schools.models import Classroom


class Placed(Protocol):
    """Something about a student who sits somewhere."""

    @property
    def place(self) -> str: ...


L = TypeVar("L", bound=Placed)


@dataclass(frozen=True)
class OutOfReach:
    """A student for whose sake somebody is not told. `guardian` is "" where nobody has registered."""

    student: str
    place: str  # 3年1組 12番
    guardian: str


def by_classroom(audience: Audience) -> list[tuple[Classroom, int]]:
    """Return the classes concerned with their number of students, in the order of the register."""
    rows = (
        Enrolment.objects.filter(student__in=students(audience).values("id"), year_id=clock.school_year())
        .values_list("classroom")
        .annotate(n=Count("id"))
    )
    counts = dict(rows)
    rooms = Classroom.objects.filter(id__in=counts)
    ordered = sorted(rooms, key=lambda room: class_order(room.grade, room.name))
    return [(room, counts[room.id]) for room in ordered]


def by_channel(audience: Audience) -> list[tuple[str, int]]:
    """Return how many live addresses there are of each channel, push first."""
    rows = (
        Endpoint.objects.filter(
            state=Endpoint.State.ACTIVE, guardian__in=guardianships(audience).values("guardian")
        )
        .values_list("channel")
        .annotate(n=Count("id"))
    )
    return [(str(ChannelName(channel).label), count) for channel, count in sorted(rows, reverse=True)]


def out_of_reach(audience: Audience) -> tuple[list[OutOfReach], list[OutOfReach]]:
    """Return by name the guardians without a live address, and the students nobody has registered for."""
    live = Endpoint.objects.filter(guardian=OuterRef("guardian"), state=Endpoint.State.ACTIVE)
    unreached = list(
        guardianships(audience).exclude(Exists(live)).select_related("student", "guardian__user")
    )
    mine = Guardianship.objects.filter(
        student=OuterRef("pk"), blocked_at__isnull=True, guardian__user__is_active=True
    )
    nobody = list(students(audience).exclude(Exists(mine)))
    where = places([link.student for link in unreached])
    without = places(nobody)
    return (
        in_register_order(
            OutOfReach(link.student.name, place, link.guardian.user.name)
            for link, place in zip(unreached, where, strict=True)
        ),
        in_register_order(
            OutOfReach(student.name, place, "") for student, place in zip(nobody, without, strict=True)
        ),
    )


def in_register_order(lines: Iterable[L]) -> list[L]:
    """Order by class and number; who is in no class comes last."""
    return sorted(lines, key=lambda line: (line.place == "", _natural(line.place)))


def _natural(place: str) -> list[tuple[int, str]]:
    """Split 3年10組 12番 so that 2組 comes before 10組."""
    parts = re.findall(r"\d+|\D+", place)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]
