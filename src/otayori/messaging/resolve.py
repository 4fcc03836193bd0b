"""Resolve an audience: to students, to guardians, to counts in words for the confirm page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet

from otayori.core import clock
from otayori.delivery.models import ChannelName, Endpoint
from otayori.messaging.audience import Audience, Target
from otayori.roster.models import Enrolment, GroupMember, Guardian, Guardianship, Student
from otayori.roster.order import class_order
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
class Room:
    """A class concerned, with its number of students."""

    id: UUID
    label: str
    students: int


@dataclass(frozen=True)
class Reach:
    """Whom an audience reaches, counted; the last four are the same people, put in groups."""

    students: int
    guardians: int  # registered, each once
    unreachable: int  # of those, whom no live address reaches
    unregistered: int  # students nobody has registered for
    schools: int
    by_school: Mapping[UUID, int] = field(default_factory=dict, compare=False)  # students
    rooms: tuple[Room, ...] = field(default=(), compare=False)  # in the order of the register
    languages: tuple[tuple[str, int], ...] = field(default=(), compare=False)  # guardians, the most first
    channels: tuple[tuple[ChannelName, int], ...] = field(default=(), compare=False)  # live addresses


def picked(audience: Audience) -> tuple[int, int]:
    """Return how many students of how many schools the audience picks; one statement, quick."""
    counts = students(audience).aggregate(students=Count("id"), schools=Count("school", distinct=True))
    return counts["students"], counts["schools"]


def reach(audience: Audience) -> Reach:
    """Count whom the audience reaches; two statements."""
    children, adults = _children(audience), _adults(audience)
    by_school: dict[UUID, int] = {}
    for row in children:
        by_school[row["school_id"]] = by_school.get(row["school_id"], 0) + row["n"]
    guardians = sum(row["n"] for row in adults)
    languages = [(row["user__language"], row["n"]) for row in adults]
    channels = [(channel, sum(row[channel.value] for row in adults)) for channel in ChannelName]
    return Reach(
        students=sum(by_school.values()),
        guardians=guardians,
        unreachable=guardians - sum(row["reached"] for row in adults),
        unregistered=sum(row["unregistered"] for row in children),
        schools=len(by_school),
        by_school=by_school,
        rooms=_rooms(children),
        languages=tuple(sorted(languages, key=lambda one: (-one[1], one[0]))),
        channels=tuple((channel, n) for channel, n in channels if n),
    )


def _children(audience: Audience) -> list[dict[str, Any]]:
    """Count the students of each class (of none: None)."""
    registered = Guardianship.objects.filter(
        student=OuterRef("pk"), blocked_at__isnull=True, guardian__user__is_active=True
    )
    of_year = Q(enrolments__year_id=clock.school_year())
    seated = students(audience).annotate(seat=FilteredRelation("enrolments", condition=of_year))
    of_room = {f"room_{name}": F(f"seat__classroom__{name}") for name in ("id", "grade", "name", "label")}
    rows = seated.order_by().values("school_id", **of_room)
    counts = {"n": Count("id"), "unregistered": Count("id", filter=~Exists(registered))}
    return [dict(row) for row in rows.annotate(**counts)]


def _adults(audience: Audience) -> list[dict[str, Any]]:
    """Count the guardians of each language, and by how many live addresses of each channel they are told."""
    live = Q(endpoints__state=Endpoint.State.ACTIVE)
    channels = {
        channel.value: Count("endpoints", filter=live & Q(endpoints__channel=channel))
        for channel in ChannelName
    }
    people = Guardian.objects.filter(id__in=guardianships(audience).values("guardian"))
    rows = people.order_by().values("user__language")
    people_counted = {"n": Count("id", distinct=True), "reached": Count("id", distinct=True, filter=live)}
    return [dict(row) for row in rows.annotate(**people_counted, **channels)]


def _rooms(children: list[dict[str, Any]]) -> tuple[Room, ...]:
    seated = [row for row in children if row["room_id"] is not None]
    seated.sort(key=lambda row: class_order(row["room_grade"], row["room_name"]))
    return tuple(Room(row["room_id"], row["room_label"], row["n"]) for row in seated)


def schools_reached(audience: Audience) -> list[tuple[School, int]]:
    """Return the schools concerned with their number of students, by school number."""
    counts: dict[UUID, int] = {
        row["school"]: row["n"] for row in students(audience).values("school").annotate(n=Count("id"))
    }
    return [(school, counts[school.id]) for school in School.objects.filter(id__in=counts)]
