"""教職員: who works in a school, with what role and which classes; for its manager and the board."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otayori.accounts import members
from otayori.accounts.access import access_of, manager_only, open_school, staff
from otayori.accounts.models import Membership, Role, User
from otayori.console.forms_roster import InviteForm, RoleForm
from otayori.console.place import address
from otayori.console.roster import classrooms_of
from otayori.core import clock, mail
from otayori.roster.order import class_order
from otayori.schools.models import Classroom, School


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One member of the staff."""

    user: User
    role: Role
    classrooms: list[Classroom]
    has_signed_in: bool


@staff
@require_safe
def member_list(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """The staff of a school."""
    school = _managed(request, school_id)
    context = {
        "nav_current": "settings",
        "school": school,
        "lines": _lines(school),
        "back_url": address("console:settings", school),
    }
    return render(request, "console/members.html", context)


@staff
def invite(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Bring somebody in, and mail how to sign in."""
    school = _managed(request, school_id)
    form = InviteForm(request.POST or None, rooms=classrooms_of(school))
    if request.method == "POST" and form.is_valid():
        by, told = access_of(request).user, form.cleaned_data
        person = members.add(email=told["email"], name=told["name"], school=school, by=by)
        members.assign(person, school, Role(told["role"]), classrooms=form.chosen_rooms(), by=by)
        _send_invitation(request, person, school)
        return redirect("console:members", school.id)
    context = {"nav_current": "settings", "school": school, "form": form}
    return render(request, "console/members_invite.html", context)


@staff
def member_page(request: HttpRequest, school_id: UUID, user_id: UUID) -> HttpResponse:
    """Change what somebody does here."""
    school = _managed(request, school_id)
    line = _line(school, user_id)
    initial = {"role": line.role.value, "classrooms": [str(room.id) for room in line.classrooms]}
    form = RoleForm(request.POST or None, rooms=classrooms_of(school), initial=initial)
    is_self = line.user.id == access_of(request).user.id
    if request.method == "POST" and form.is_valid():
        role = line.role if is_self else Role(form.cleaned_data["role"])
        by = access_of(request).user
        members.assign(line.user, school, role, classrooms=form.chosen_rooms(), by=by)
        messages.success(request, _("保存しました。"))
        return redirect("console:members", school.id)
    context = {"nav_current": "settings", "school": school, "line": line, "form": form, "is_self": is_self}
    return render(request, "console/members_edit.html", context)


@staff
@require_POST
def invite_again(request: HttpRequest, school_id: UUID, user_id: UUID) -> HttpResponse:
    """Mail once more how to sign in."""
    school = _managed(request, school_id)
    _send_invitation(request, _line(school, user_id).user, school)
    return redirect("console:members", school.id)


@staff
def remove(request: HttpRequest, school_id: UUID, user_id: UUID) -> HttpResponse:
    """Ask, and take somebody out of the staff; nobody can take out themselves."""
    school = _managed(request, school_id)
    line = _line(school, user_id)
    if line.user.id == access_of(request).user.id:
        raise Http404
    if request.method == "POST":
        members.remove(line.user, school, by=access_of(request).user)
        messages.success(request, _("教職員から外しました。"))
        return redirect("console:members", school.id)
    context = {"nav_current": "settings", "school": school, "line": line}
    return render(request, "console/members_remove.html", context)


def _managed(request: HttpRequest, school_id: UUID) -> School:
    school = open_school(access_of(request), school_id)
    manager_only(access_of(request), school.id)
    return school


def _send_invitation(request: HttpRequest, person: User, school: School) -> None:
    address = settings.OTAYORI_BASE_URL + reverse("account_reset_password")
    try:
        members.invite(person, school, address=address)
    except mail.MailNotSent:
        words = _(
            "登録しましたが、案内のメールを送れませんでした。しばらくしてから「案内を送り直す」を押してください。"
        )
        messages.warning(request, words)
    else:
        messages.success(request, _("登録の案内をメールで送りました。"))


def _lines(school: School) -> list[StaffLine]:
    rows = Membership.objects.filter(school=school).select_related("user").prefetch_related("classrooms")
    lines: dict[UUID, StaffLine] = {}
    for row in rows:
        rooms = [room for room in row.classrooms.all() if room.year_id == clock.school_year()]
        rooms.sort(key=lambda room: class_order(room.grade, room.name))
        known = lines.get(row.user_id)
        if known is None or row.role == Role.MANAGER:  # who is both decides
            rooms += known.classrooms if known else []
            signed_in = row.user.last_login is not None
            lines[row.user_id] = StaffLine(row.user, Role(row.role), rooms, signed_in)
    return sorted(lines.values(), key=lambda line: (line.role != Role.MANAGER, line.user.name))


def _line(school: School, user_id: UUID) -> StaffLine:
    for line in _lines(school):
        if line.user.id == user_id:
            return line
    raise Http404
