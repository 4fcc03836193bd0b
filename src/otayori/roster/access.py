"""Doors of the roster: a guardian to the own family, staff to the students of their schools."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from otayori.accounts.access import Access, access_of, member, within
from otayori.roster.models import Group, Guardian, Student

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def guardian(view: View[P]) -> View[P]:
    """Let a guardian in, as `request.guardian`; staff without children are led to their own pages."""

    @member
    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        found = Guardian.objects.select_related("user").filter(user=request.user).first()  # type: ignore[misc]
        if found is None:
            if access_of(request).is_staff:
                return redirect("console:home")
            raise Http404
        request.guardian = found  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    door.door = "guardian"  # type: ignore[attr-defined]
    return door


def guardian_of(request: HttpRequest) -> Guardian:
    """Return whom the door `guardian` let in."""
    found: Guardian = request.guardian  # type: ignore[attr-defined]
    return found


def students_for(access: Access) -> QuerySet[Student]:
    """The students present in the schools this person sees."""
    return within(access, Student.objects.filter(left_at__isnull=True))


def open_student(access: Access, student_id: UUID) -> Student:
    """Return a student of a school this person has business with, else 404."""
    student = students_for(access).select_related("school").filter(id=student_id).first()
    if student is None:
        raise Http404
    return student


def groups_for(access: Access, year: int) -> QuerySet[Group]:
    """The groups of a year this person may write to: all of a manager's school, a teacher's own."""
    groups = within(access, Group.objects.filter(year_id=year))
    if access.is_ward_wide:
        return groups
    managed = [m.school_id for m in access.memberships if m.role == "manager" and m.school_id]
    return (groups.filter(school_id__in=managed) | groups.filter(staff=access.user)).distinct()
