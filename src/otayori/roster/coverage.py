"""Registration coverage: whose guardians have registered, and who of them can be reached now.

A guardian is reached by an active notice address. Addresses belong to delivery, a layer above; only the
path `endpoints` of the relation is used here, so that coverage stays one statement.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from otayori.roster.models import Enrolment, Guardian, Guardianship

_LIVE = Q(guardian__endpoints__state="active")


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many students there are, and for how many somebody has registered and can be reached."""

    students: int = 0
    registered: int = 0  # at least one guardian who is not blocked
    reachable: int = 0  # at least one of them has an active address

    @property
    def missing(self) -> int:
        """Students for whom nobody has registered."""
        return self.students - self.registered

    @property
    def unreachable(self) -> int:
        """Students whose guardians have registered, but no notice reaches any of them."""
        return self.registered - self.reachable

    @property
    def percent(self) -> int:
        """Registered of all, rounded down: 100 means everybody."""
        return self.registered * 100 // self.students if self.students else 0

    @property
    def width(self) -> str:
        """Registered of all as SVG wants it: percent with a point, whatever the language."""
        return f"{self.registered / self.students * 100:.2f}" if self.students else "0"

    def __add__(self, other: "Coverage") -> "Coverage":
        return Coverage(
            self.students + other.students,
            self.registered + other.registered,
            self.reachable + other.reachable,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """One student's guardians in numbers. Blocked ones are counted apart: they receive nothing."""

    guardians: int = 0
    reachable: int = 0
    blocked: int = 0


def by_classroom(year: int, school_ids: Collection[UUID]) -> dict[UUID, Coverage]:
    """Return the coverage of each classroom of these schools. One statement."""
    return _count(_present(year).filter(classroom__school_id__in=school_ids), "classroom_id")


def by_school(year: int, school_ids: Collection[UUID]) -> dict[UUID, Coverage]:
    """Return the coverage of each school. One statement; the ward's 17,000 students take about 0.1 s."""
    return _count(_present(year).filter(classroom__school_id__in=school_ids), "classroom__school_id")


def standings(student_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Return how each student's guardians stand; a student without any is not in it. One statement."""
    live = Guardian.objects.filter(id=OuterRef("guardian_id"), endpoints__state="active")
    rows = Guardianship.objects.filter(student_id__in=student_ids).annotate(live=Exists(live))
    tally: dict[UUID, list[int]] = defaultdict(lambda: [0, 0, 0])
    for student, blocked_at, is_live in rows.values_list("student_id", "blocked_at", "live"):
        if blocked_at is not None:
            tally[student][2] += 1
        else:
            tally[student][0] += 1
            tally[student][1] += int(is_live)
    return {student: Standing(*numbers) for student, numbers in tally.items()}


def _present(year: int) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(year_id=year, student__left_at__isnull=True)


def _linked() -> QuerySet[Guardianship, Any]:
    return Guardianship.objects.filter(blocked_at__isnull=True).values("student_id")


def _count(enrolments: QuerySet[Enrolment], by: str) -> dict[UUID, Coverage]:
    # student_id IN (subquery) is hashed once; a correlated EXISTS would be looked up for every student
    linked = _linked()
    rows = enrolments.values_list(by).annotate(
        students=Count("id"),
        registered=Count("id", filter=Q(student_id__in=linked)),
        reachable=Count("id", filter=Q(student_id__in=linked.filter(_LIVE))),
    )
    return {key: Coverage(*numbers) for key, *numbers in rows}
