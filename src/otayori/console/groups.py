"""所属グループ: the groups of a school by kind, one group, who leads it, and when it is no longer used."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otayori.accounts.access import Access, access_of, manager_only, staff
from otayori.accounts.models import Membership, Role, User
from otayori.console.forms_groups import GroupForm, roles_in, year_in
from otayori.console.groups_members import undo_of
from otayori.console.place import address, school_in_view
from otayori.core import clock
from otayori.roster import group_members, groups
from otayori.roster.access import group_rights, may_make_groups, open_group, open_group_to_edit
from otayori.roster.models import Group, GroupKind, GroupStaff
from otayori.schools.models import School


@dataclass
class Kind:
    """The groups of one kind."""

    label: str
    groups: list[Group] = field(default_factory=list)


@staff
@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    """The groups of a school in a year; for the board without a chosen school, the schools."""
    access, school = access_of(request), school_in_view(request)
    year = year_in(request.GET.get("year"), clock.school_year())
    if school is None:
        return _schools(request, access)
    found = _groups(school, year)
    used = [group for group in found if not group.is_retired]
    kinds = {value: Kind(str(label)) for value, label in GroupKind.choices}
    for group in used:
        kinds[group.kind].groups.append(group)
    context = {
        "nav_current": "roster",
        "school": school,
        "year": year,
        "tabs": _years(school, year),
        "kinds": [kind for kind in kinds.values() if kind.groups],
        "retired": [group for group in found if group.is_retired],
        "may_make": may_make_groups(access, school) and year >= clock.school_year(),
        "manages": access.manages(school.id),
        "new_url": address("console:group_new", school, year=year),
    }
    return render(request, "console/groups.html", context)


@staff
@require_safe
def group(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """One group: its members by class, and who may write to it."""
    access = access_of(request)
    found = open_group(access, group_id)
    rights = group_rights(access, found)
    classes = group_members.members(found) if rights.sees_members else []
    context = {
        "nav_current": "roster",
        "group": found,
        "rights": rights,
        "back_url": _list_of(found),
        "classes": classes,
        "count": sum(len(one.lines) for one in classes),
        "leaders": list(GroupStaff.objects.filter(group=found).select_related("user").order_by("-is_owner")),
        "undo": undo_of(request, found) if rights.edits else None,
        "is_past": found.year_id < clock.school_year(),
    }
    return render(request, "console/group.html", context)


@staff
def new(request: HttpRequest) -> HttpResponse:
    """Make a group: a manager any, a teacher one of own classes, which the teacher then leads."""
    access, school = access_of(request), school_in_view(request)
    if school is None or not may_make_groups(access, school):
        raise Http404
    this_year = clock.school_year()
    year = year_in(request.POST.get("year") or request.GET.get("year"), this_year)
    year = year if year in (this_year, this_year + 1) else this_year
    manages = access.manages(school.id)
    form = GroupForm(request.POST or None, manages=manages)
    if request.method == "POST" and form.is_valid():
        try:
            made = groups.make(
                school, year, form.told(), by=access.user, owner=None if manages else access.user
            )
        except groups.NameTaken as taken:
            form.say_taken(taken)
        else:
            messages.success(request, _("グループを作りました。次に、メンバーを加えてください。"))
            return redirect("console:group", made.id)
    context = {"nav_current": "roster", "school": school, "year": year, "form": form, "manages": manages}
    context["back_url"] = address("console:groups", school, year=year)
    return render(request, "console/group_edit.html", context)


@staff
def edit(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Change what is said of a group."""
    access = access_of(request)
    found = open_group_to_edit(access, group_id)
    manages = access.manages(found.school_id)
    form = GroupForm(request.POST or None, manages=manages, group=found)
    if request.method == "POST" and form.is_valid():
        try:
            groups.change(found, form.told(), by=access.user)
        except groups.NameTaken as taken:
            form.say_taken(taken)
            found = open_group_to_edit(access, group_id)
        else:
            messages.success(request, _("保存しました。"))
            return redirect("console:group", found.id)
    context = {"nav_current": "roster", "school": found.school, "year": found.year_id, "form": form}
    context |= {"group": found, "manages": manages, "back_url": reverse("console:group", args=[found.id])}
    return render(request, "console/group_edit.html", context)


@staff
def staff_of(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Say who may write to the group, and who leads it: the manager's to decide."""
    access = access_of(request)
    found = open_group_to_edit(access, group_id)
    manager_only(access, found.school_id)
    people = _staff_of(found.school)
    if request.method == "POST":
        roles = roles_in(request.POST, [user.id for user, _role in people])
        groups.set_staff(found, roles, by=access.user)
        messages.success(request, _("担当者を保存しました。"))
        return redirect("console:group", found.id)
    known = dict(GroupStaff.objects.filter(group=found).values_list("user_id", "is_owner"))
    rows = [
        (user, role, ("owner" if known[user.id] else "writer") if user.id in known else "")
        for user, role in people
    ]
    context = {"nav_current": "roster", "group": found, "rows": rows}
    context["back_url"] = reverse("console:group", args=[found.id])
    return render(request, "console/group_staff.html", context)


@staff
def retire(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Ask, and use the group no longer."""
    access = access_of(request)
    found = open_group_to_edit(access, group_id)
    here = reverse("console:group", args=[found.id])
    if request.method == "POST":
        groups.retire(found, by=access.user)
        messages.success(request, _("「%(name)s」を使わないグループにしました。") % {"name": found.name})
        return redirect(_list_of(found))
    context = {
        "nav_current": "roster",
        "question": _("「%(name)s」を使わないグループにしますか") % {"name": found.name},
        "detail": _(
            "お知らせの宛先に選べなくなります。これまでのお知らせとメンバーは残り、あとでもう一度使えます。"
            "予約や下書きの宛先になっているときは、そのお知らせは送られません。"
        ),
        "verb": _("使わないグループにする"),
        "back_url": here,
        "back_label": _("やめる"),
    }
    return render(request, "console/ask.html", context)


@staff
@require_POST
def take_up(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Use a retired group again."""
    found = open_group_to_edit(access_of(request), group_id)
    groups.take_up(found, by=access_of(request).user)
    messages.success(request, _("「%(name)s」をもう一度使えるようにしました。") % {"name": found.name})
    return redirect("console:group", found.id)


def _groups(school: School, year: int) -> list[Group]:
    """The groups with their number of members and their leaders; two statements."""
    present = Count("groupmember", filter=Q(groupmember__student__left_at__isnull=True))
    leaders = GroupStaff.objects.select_related("user").order_by("-is_owner")
    rows = Group.objects.filter(school=school, year_id=year).annotate(member_count=present)
    return list(rows.prefetch_related(Prefetch("groupstaff_set", queryset=leaders, to_attr="leaders")))


def _years(school: School, shown: int) -> list[dict[str, Any]]:
    known = Group.objects.filter(school=school).order_by().values_list("year_id", flat=True).distinct()
    years = sorted({*known, clock.school_year(), shown}, reverse=True)
    return [
        {
            "label": _("%(year)s年度") % {"year": year},
            "url": address("console:groups", school, year=year),
            "current": year == shown,
        }
        for year in years
    ]


def _list_of(found: Group) -> str:
    return address("console:groups", found.school, year=found.year_id)


def _staff_of(school: School) -> list[tuple[User, str]]:
    """Everybody who works in the school with the highest role there; managers first."""
    rows = Membership.objects.filter(school=school).select_related("user")
    found: dict[UUID, tuple[User, Role]] = {}
    for row in rows:
        if row.user_id not in found or row.role == Role.MANAGER:
            found[row.user_id] = (row.user, Role(row.role))
    people = sorted(found.values(), key=lambda one: (one[1] != Role.MANAGER, one[0].name))
    return [(user, str(role.label)) for user, role in people]


def _schools(request: HttpRequest, access: Access) -> HttpResponse:
    rows = Group.objects.filter(year_id=clock.school_year(), is_retired=False).order_by()
    counts = dict(rows.values_list("school_id").annotate(n=Count("id")))
    context = {
        "nav_current": "roster",
        "rows": [(school, counts.get(school.id, 0)) for school in access.schools],
    }
    return render(request, "console/groups_schools.html", context)
