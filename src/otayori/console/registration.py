"""登録状況: how many have registered, class by class; the sheets of a class; who is missing, by name."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from otayori.accounts.access import Access, access_of, manager_only, staff, within
from otayori.console import dead_ways
from otayori.console.download import pdf_file
from otayori.console.forms_roster import IssueForm
from otayori.console.place import address, school_in_view
from otayori.console.roster import Line, classrooms_of, lines_of
from otayori.core import clock
from otayori.delivery.silent import silent_students
from otayori.roster import coverage
from otayori.roster.coverage import Coverage
from otayori.roster.models import Enrolment
from otayori.roster.sheets.issue import issue
from otayori.roster.sheets.state import SheetState
from otayori.schools.models import Classroom, School


@staff
@require_safe
def registration(request: HttpRequest) -> HttpResponse:
    """The classes of a school; for the board without a chosen school, the schools."""
    access, school = access_of(request), school_in_view(request)
    rows = _by_school(access) if school is None else _by_classroom(school)
    context = {
        "nav_current": "registration",
        "school": school,
        "rows": rows,
        "total": sum((figures for _place, figures in rows), Coverage()),
        "silent": len(silent_students(_present(school))) if school else 0,
    }
    return render(request, "console/registration.html", context)


@staff
@require_safe
def classroom(request: HttpRequest, classroom_id: UUID) -> HttpResponse:
    """One class: who has not registered, who can't be reached, and the sheets to print."""
    room = open_classroom(access_of(request), classroom_id)
    lines = _lines(room)
    return _classroom_page(request, room, lines=lines, form=_issue_form(lines))


@staff
def issue_sheets(request: HttpRequest, classroom_id: UUID) -> HttpResponse:
    """Issue the sheets of a class as one PDF; without agreement to end the older ones, ask again."""
    room = open_classroom(access_of(request), classroom_id)
    manager_only(access_of(request), room.school_id)
    lines = _lines(room)
    form = _issue_form(lines, request)
    if request.method != "POST" or not form.is_valid():
        return _classroom_page(request, room, lines=lines, form=form)
    wanted = [line.student.id for line in _chosen(lines, form.cleaned_data["who"])]
    printed = issue(wanted, room.school, by=access_of(request).user, days=form.cleaned_data["days"])
    return pdf_file(printed, f"登録手順書_{room.school.name}_{room.label}.pdf")


def open_classroom(access: Access, classroom_id: UUID) -> Classroom:
    """Return a class of this year of a school this person has business with, else 404."""
    rooms = within(access, Classroom.objects.filter(year_id=clock.school_year()))
    room = rooms.select_related("school").filter(id=classroom_id).first()
    if room is None:
        raise Http404
    return room


def _by_school(access: Access) -> list[tuple[School | Classroom, Coverage]]:
    figures = coverage.by_school(clock.school_year(), [school.id for school in access.schools])
    return [(school, figures.get(school.id, Coverage())) for school in access.schools]


def _by_classroom(school: School) -> list[tuple[School | Classroom, Coverage]]:
    figures = coverage.by_classroom(clock.school_year(), [school.id])
    return [(room, figures[room.id]) for room in classrooms_of(school) if room.id in figures]


def _present(school: School) -> "QuerySet[Enrolment, UUID]":
    rows = Enrolment.objects.filter(classroom__school=school, year_id=clock.school_year())
    return rows.filter(student__left_at__isnull=True).values_list("student_id", flat=True)


def _lines(room: Classroom) -> list[Line]:
    rows = Enrolment.objects.filter(classroom=room, student__left_at__isnull=True)
    return lines_of(rows.select_related("student", "classroom").order_by("number", "id"))


def _chosen(lines: Sequence[Line], who: str) -> list[Line]:
    return [line for line in lines if who == IssueForm.ALL or not line.standing.guardians]


def _issue_form(lines: Sequence[Line], request: HttpRequest | None = None) -> IssueForm:
    counts = {}
    for who in (IssueForm.ALL, IssueForm.MISSING):
        chosen = _chosen(lines, who)
        counts[who] = len(chosen), sum(line.sheet is SheetState.OPEN for line in chosen)
    data = request.POST if request is not None and request.method == "POST" else None
    return IssueForm(data, counts=counts)


def _classroom_page(
    request: HttpRequest, room: Classroom, *, lines: Sequence[Line], form: IssueForm
) -> HttpResponse:
    missing = [line for line in lines if line.reach == "unregistered"]
    unreachable = [line for line in lines if line.reach == "unreachable"]
    registered = len(lines) - len(missing)
    unsure = silent_students([line.student.id for line in lines])
    dead = dead_ways.by_student([line.student.id for line in unreachable])
    context = {
        "nav_current": "registration",
        "classroom": room,
        "back_url": address("console:registration", room.school),
        "school": room.school,
        "missing": missing,
        "unreachable": [(line, dead.get(line.student.id, [])) for line in unreachable],
        "silent": [line for line in lines if line.student.id in unsure],
        "figures": Coverage(len(lines), registered, registered - len(unreachable)),
        "in_use": form.counts[IssueForm.ALL][1],
        "form": form,
        "may_manage": access_of(request).manages(room.school_id),
    }
    return render(request, "console/registration_classroom.html", context)
