"""Many members at once: from a CSV, and to another school year."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otayori.accounts.access import access_of, staff
from otayori.console.forms_groups import MembersFileForm, NameForm, ids_in
from otayori.core import clock
from otayori.roster import group_copy, group_import
from otayori.roster.access import addable, group_rights, open_group, open_group_to_edit
from otayori.roster.group_copy import Stays
from otayori.roster.group_import import Why
from otayori.roster.groups import NameTaken

WHY = {
    Why.EMPTY: gettext_lazy("管理コードも、学級と出席番号・氏名もありません。"),
    Why.UNREADABLE: gettext_lazy("読み取れない文字や番号があります。"),
    Why.NO_CODE: gettext_lazy("この管理コードの人は、加えられる人の中にいません。"),
    Why.NO_CLASS: gettext_lazy("この学級はありません。"),
    Why.NO_SEAT: gettext_lazy("この学級に、この出席番号の人はいません。"),
    Why.NO_NAME: gettext_lazy("この学級に、この氏名の人はいません。"),
    Why.OTHER_NAME: gettext_lazy("名簿では、別の氏名の人です。"),
    Why.AMBIGUOUS: gettext_lazy("当てはまる人が2人以上います。管理コードか出席番号で指定してください。"),
    Why.DOUBLED: gettext_lazy("前の行と同じ人です。"),
}
STAYS = {
    Stays.LEFT: gettext_lazy("名簿から外れました（転出・卒業など）"),
    Stays.MOVED: gettext_lazy("区内の別の学校・園に移りました"),
    Stays.GRADUATES: gettext_lazy("最後の学年です（卒業・卒園）"),
    Stays.NO_CLASS: gettext_lazy("その年度の学級にいません"),
}


@staff
def import_members(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Take a file and show which lines mean whom; what is shown is then put in by the page of adding."""
    access = access_of(request)
    group = open_group_to_edit(access, group_id)
    form = MembersFileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"nav_current": "roster", "group": group, "form": form}
    context["back_url"] = reverse("console:group", args=[group.id])
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        reading = group_import.read(file, group, addable(access, group))
        context |= {"reading": reading, "file_name": file.name}
        context["misses"] = [(miss, WHY[miss.why]) for miss in reading.misses]
        context["students"] = ",".join(str(match.person.student.id) for match in reading.new)
    return render(request, "console/group_import.html", context)


@staff
def copy(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Show who would go on to the other year and who not, and copy the group."""
    access = access_of(request)
    group = open_group(access, group_id)
    if not group_rights(access, group).copies:
        raise Http404
    is_sent = request.method == "POST"
    form = NameForm(request.POST if is_sent else None, initial={"name": group.name})
    if is_sent and form.is_valid():
        chosen = set(ids_in(request.POST, "student"))
        try:
            made = group_copy.copy(group, chosen, name=form.cleaned_data["name"], by=access.user)
        except NameTaken as taken:
            form.say_taken(taken)
        else:
            words = {"year": made.year_id, "n": made.students.count()}
            messages.success(
                request, _("%(year)s年度のグループを作りました。メンバーは%(n)s人です。") % words
            )
            return redirect("console:group", made.id)
    planned = group_copy.plan(group)
    context = {
        "nav_current": "roster",
        "group": group,
        "form": form,
        "plan": planned,
        "staying": [(student, STAYS[why]) for student, why in planned.staying],
        "is_this_year": planned.year == clock.school_year(),
        "back_url": reverse("console:group", args=[group.id]),
    }
    return render(request, "console/group_copy.html", context)
