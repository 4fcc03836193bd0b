"""Resolve an audience: to students, to guardians, to counts in words for the confirm page."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from otayori.core import clock
from otayori.delivery.models import Endpoint
from otayori.messaging.audience import Audience, Target
from otayori.roster.models import Enrolment, GroupMember, Guardianship, Student
from otayori.schools.models import School


def students(audience: Audience) -> QuerySet[Student]:
    """The students an audience picks, present this school year; one statement however long the rule."""
    if audience.is_empty:
        return Student.objects.none()
    present = Student.objects.filter(_matching(audience.include), left_at__isnull=True)
    return present.exclude(_matching(audience.exclude)) if audience.exclude else present


def guardianships(audience: Audience) -> QuerySet[Guardianship]:
    """The links by which an audience reaches guardians: not blocked, of accounts in use."""
    return Guardianship.objects.filter(
        student__in=students(audience).values("id"), blocked_at__isnull=True, guardian__user__is_active=True
    )


def _matching(targets: Iterable[Target]) -> Q:
    enrolled = Enrolment.objects.filter(year_id=clock.school_year())
    by_kind: dict[str, list[Target]] = {}
    for target in targets:
        by_kind.setdefault(target.kind, []).append(target)
    if "ward" in by_kind:
        return Q(id__isnull=False)
    found = Q()
    if schools := [t.id for t in by_kind.get("school", [])]:
        found |= Q(school__in=schools)
    by_grade: dict[str | None, list[UUID | None]] = {}  # the board writes to one grade of 30 schools
    for target in by_kind.get("grade", []):
        by_grade.setdefault(target.grade, []).append(target.id)
    for grade, of_schools in by_grade.items():
        of_grade = enrolled.filter(classroom__school__in=of_schools, classroom__grade=grade)
        found |= Q(id__in=of_grade.values("student_id"))
    if classrooms := [t.id for t in by_kind.get("classroom", [])]:
        found |= Q(id__in=enrolled.filter(classroom__in=classrooms).values("student_id"))
    if groups := [t.id for t in by_kind.get("group", [])]:
        # who has moved to another school is still in a group that was copied to the new year before
        members = GroupMember.objects.filter(group__in=groups, student__school=F("group__school"))
        found |= Q(id__in=members.values("student_id"))
    if single := [t.id for t in by_kind.get("student", [])]:
        found |= Q(id__in=single)
    return found


@dataclass(frozen=True)
class Reach:
    """Whom an audience reaches, counted."""

    students: int
    guardians: int  # registered, each once
    unreachable: int  # of those, whom no live address reaches
    unregistered: int  # students nobody has registered for
    schools: int


def picked(audience: Audience) -> tuple[int, int]:
    """Return how many students of how many schools the audience picks; one statement, quick."""
    counts = students(audience).aggregate(students=Count("id"), schools=Count("school", distinct=True))
    return counts["students"], counts["schools"]


def reach(audience: Audience) -> Reach:
    """Count whom the audience reaches; three statements."""
    picked = students(audience)
    links = guardianships(audience)
    mine = Guardianship.objects.filter(
        student=OuterRef("pk"), blocked_at__isnull=True, guardian__user__is_active=True
    )
    live = Endpoint.objects.filter(guardian=OuterRef("guardian"), state=Endpoint.State.ACTIVE)
    children = picked.aggregate(
        students=Count("id"),
        schools=Count("school", distinct=True),
        unregistered=Count("id", filter=~Exists(mine)),
    )
    adults = links.annotate(live=Exists(live)).aggregate(
        guardians=Count("guardian", distinct=True),
        reached=Count("guardian", distinct=True, filter=Q(live=True)),
    )
    return Reach(
        students=children["students"],
        guardians=adults["guardians"],
        unreachable=adults["guardians"] - adults["reached"],
        unregistered=children["unregistered"],
        schools=children["schools"],
    )


def schools_reached(audience: Audience) -> list[tuple[School, int]]:
    """Return the schools concerned with their number of students, by school number."""
    counts: dict[UUID, int] = {
        row["school"]: row["n"] for row in students(audience).values("school").annotate(n=Count("id"))
    }
    return [(school, counts[school.id]) for school in School.objects.filter(id__in=counts)]
