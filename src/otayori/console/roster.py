"""名簿: the students of a school by class, and finding one by name."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from otayori.accounts.access import Access, access_of, staff
from otayori.console.place import address, school_in_view
from otayori.core import clock
from otayori.roster import coverage
from otayori.roster.access import groups_seen
from otayori.roster.coverage import Standing
from otayori.roster.models import Enrolment, Group, RegistrationSheet, Student
from otayori.roster.order import class_order, seat_order
from otayori.roster.search import matches, search_key
from otayori.roster.sheets.state import SheetState, state_of
from otayori.schools.models import Classroom, School

A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One student in the list."""

    student: Student
    classroom: Classroom
    number: int | None
    groups: Sequence[Group]
    standing: Standing
    sheet: SheetState | None  # None: nothing was issued that still counts

    @property
    def reach(self) -> str:
        """ "registered", "unreachable" or "unregistered": how a notice about the child fares."""
        if not self.standing.guardians:
            return "unregistered"
        return "registered" if self.standing.reachable else "unreachable"


@staff
def roster(request: HttpRequest) -> HttpResponse:
    """The list of a school; for the board without a chosen school, the schools.

    A name is searched by POST: it has no business in an address, a log or the browser's history.
    """
    school = school_in_view(request)
    if school is None:
        return _schools(request, access_of(request))
    asked = request.POST if request.method == "POST" else request.GET
    room, typed = asked.get("class", ""), request.POST.get("q", "").strip()
    if request.method == "POST" and not typed:
        return redirect(address("console:roster", school, **({"class": room} if room else {})))
    page = Paginator(_found(school, classroom=room, typed=typed), A_PAGE).get_page(asked.get("page"))
    context = {
        "chosen": room,
        "typed": typed,
        "nav_current": "roster",
        "school": school,
        "classrooms": classrooms_of(school),
        "page": page,
        "lines": lines_of(
            _loaded(list(page.object_list)), groups_seen(access_of(request), clock.school_year())
        ),
        "may_manage": access_of(request).manages(school.id),
    }
    return render(request, "console/roster.html", context)


def classrooms_of(school: School) -> list[Classroom]:
    """The classes of this school year in the order of the register."""
    rooms = Classroom.objects.filter(school=school, year_id=clock.school_year())
    return sorted(rooms, key=lambda room: class_order(room.grade, room.name))


def lines_of(enrolments: Iterable[Enrolment], groups: QuerySet[Group] | None = None) -> list[Line]:
    """Return what the list says of these students; three statements, however many they are.

    `groups`: which are named, for not everybody may know who is in which; None: none.
    """
    rows = list(enrolments)
    students = [row.student for row in rows]
    named = Group.objects.none() if groups is None else groups
    prefetch_related_objects(students, Prefetch("groups", queryset=named, to_attr="groups_now"))
    ids = [student.id for student in students]
    standings, sheets = coverage.standings(ids), sheet_states(ids)
    return [
        Line(
            student=row.student,
            classroom=row.classroom,
            number=row.number,
            groups=row.student.groups_now,  # type: ignore[attr-defined]
            standing=standings.get(row.student_id, Standing()),
            sheet=sheets.get(row.student_id),
        )
        for row in rows
    ]


def sheet_states(students: Collection[UUID]) -> dict[UUID, SheetState]:
    """Return the state of each student's newest sheet that was not revoked. One statement."""
    sheets = RegistrationSheet.objects.filter(student_id__in=students, revoked_at__isnull=True)
    at = clock.now()
    rows = sheets.annotate(joined_count=Count("joined")).order_by("issued_at")
    return {sheet.student_id: state_of(sheet, sheet.joined_count, at) for sheet in rows}


def enrolled(school: School) -> list[Enrolment]:
    """Everybody present in a school this year, in the order of the register. One statement."""
    rows = _present(school).select_related("student", "classroom")
    return sorted(rows, key=lambda row: seat_order(row.classroom.grade, row.classroom.name, row.number))


def _present(school: School) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(
        year_id=clock.school_year(), classroom__school=school, student__left_at__isnull=True
    )


def _found(school: School, *, classroom: str, typed: str) -> list[Any]:
    """Return the keys of the enrolments, in order: of 1,200 a page shows a few."""
    if key := search_key(typed):
        return [
            row.pk
            for row in enrolled(school)
            if classroom in ("", str(row.classroom_id)) and matches(key, row.student.name, row.student.kana)
        ]
    rows = _present(school).values_list("pk", "classroom_id", "classroom__grade", "classroom__name", "number")
    ordered = sorted(rows, key=lambda row: seat_order(*row[2:]))
    return [row[0] for row in ordered if classroom in ("", str(row[1]))]


def _loaded(keys: Sequence[Any]) -> list[Enrolment]:
    """Return the enrolments of a page, as they stand in it."""
    found = Enrolment.objects.select_related("student", "classroom").in_bulk(list(keys))
    return [found[key] for key in keys]


def _schools(request: HttpRequest, access: Access) -> HttpResponse:
    figures = coverage.by_school(clock.school_year(), [school.id for school in access.schools])
    rows = [(school, figures.get(school.id, coverage.Coverage())) for school in access.schools]
    context = {"nav_current": "roster", "rows": rows, "may_manage": access.manages(None)}
    return render(request, "console/roster_schools.html", context)
