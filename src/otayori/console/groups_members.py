"""Members of a group: add by search or by class, take out, and undo that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from otayori.accounts.access import access_of, staff
from otayori.console.forms_groups import ids_in
from otayori.core import clock
from otayori.roster import group_members
from otayori.roster.access import addable, open_group_to_edit
from otayori.roster.group_members import MemberLine
from otayori.roster.models import Enrolment, Group, GroupMember, Student
from otayori.roster.order import class_order
from otayori.schools.models import Classroom

MOST_FOUND = 50
_UNDO = "group_undo"  # in the session: what was taken out last, for as long as nothing else is done


@dataclass(frozen=True, slots=True)
class Choice:
    """A student who may be ticked."""

    line: MemberLine
    place: str


@staff
def add(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Find students by name or in a class, and put them in."""
    access = access_of(request)
    group = open_group_to_edit(access, group_id)
    students = addable(access, group)
    if request.method == "POST" and "search" not in request.POST:
        return _put_in(request, group, students)
    rooms = _rooms(students)
    chosen = next((room for room in rooms if str(room.id) == request.GET.get("class")), None)
    context: dict[str, Any] = {
        "nav_current": "roster",
        "group": group,
        "back_url": reverse("console:group", args=[group.id]),
        "rooms": rooms,
        "room": chosen,
    }
    if chosen is not None:
        context["choices"] = _choices(group, _of_room(students, chosen))
    if "search" in request.POST:
        typed = request.POST.get("q", "").strip()
        hits = group_members.search(students, typed)
        context |= {"query": typed, "is_searched": bool(typed), "more": max(0, len(hits) - MOST_FOUND)}
        context["found"] = _choices(group, hits[:MOST_FOUND])
    return render(request, "console/group_add.html", context)


@staff
@require_POST
def remove(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Take the ticked students out; the next page offers to undo it."""
    group = open_group_to_edit(access_of(request), group_id)
    gone = group_members.remove(group, ids_in(request.POST, "student"), by=access_of(request).user)
    if gone:
        kept = [[str(student), source] for student, source in gone]
        request.session[_UNDO] = {"group": str(group.id), "gone": kept}
    else:
        messages.info(request, _("外す人を選んでください。"))
    return redirect("console:group", group.id)


@staff
@require_POST
def put_back(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Undo the last removal."""
    group = open_group_to_edit(access_of(request), group_id)
    kept = request.session.pop(_UNDO, None) or {}
    if kept.get("group") == str(group.id):
        gone = [(UUID(student), source) for student, source in kept["gone"]]
        count = group_members.put_back(group, gone, by=access_of(request).user)
        messages.success(request, _("%(n)s人をグループに戻しました。") % {"n": count})
    return redirect("console:group", group.id)


def undo_of(request: HttpRequest, group: Group) -> dict[str, Any] | None:
    """Return how many were just taken out of this group, and how many of them a roster file brings again."""
    kept = request.session.get(_UNDO)
    if not kept or kept["group"] != str(group.id):
        return None
    of_file = sum(source == GroupMember.Source.FILE for _student, source in kept["gone"])
    return {"count": len(kept["gone"]), "of_file": of_file}


def forget_undo(request: HttpRequest) -> None:
    """Something else was done: the undo would not mean the same any more."""
    request.session.pop(_UNDO, None)


def _put_in(request: HttpRequest, group: Group, students: QuerySet[Student]) -> HttpResponse:
    wanted = students.filter(id__in=ids_in(request.POST, "student", "students"))
    if room := ids_in(request.POST, "classroom"):
        wanted = students.filter(enrolments__classroom__in=room, enrolments__year_id=clock.school_year())
    is_import = request.POST.get("how") == "import"
    how = "import" if is_import else "hand"
    count = group_members.add(group, wanted, by=access_of(request).user, how=how)
    forget_undo(request)
    if count:
        messages.success(request, _("%(n)s人をグループに加えました。") % {"n": count})
    else:
        messages.info(request, _("加える人がいませんでした。選び直してください。"))
    if is_import:
        return redirect("console:group", group.id)
    shown = {"class": request.GET["class"]} if request.GET.get("class") else {}
    return redirect(f"{reverse('console:group_add', args=[group.id])}?{urlencode(shown)}".rstrip("?"))


def _rooms(students: QuerySet[Student]) -> list[Classroom]:
    seats = Enrolment.objects.filter(student__in=students.values("id"), year_id=clock.school_year())
    rooms = Classroom.objects.filter(id__in=seats.values("classroom_id"))
    return sorted(rooms, key=lambda room: class_order(room.grade, room.name))


def _of_room(students: QuerySet[Student], room: Classroom) -> list[Student]:
    return list(students.filter(enrolments__classroom=room))


def _choices(group: Group, students: Sequence[Student]) -> list[Choice]:
    """The students with their seats, members marked, in the order of the register; two statements."""
    members = GroupMember.objects.filter(group=group, student__in=students)
    found = group_members.by_class(students, clock.school_year(), members=members)
    return [
        Choice(line, _place(one.classroom, line.number) if one.classroom else _("学級なし"))
        for one in found
        for line in one.lines
    ]


def _place(room: Classroom, number: int | None) -> str:
    return f"{room.label} {number}番" if number else room.label
