"""設定: the own account, and what a school says of itself."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from otayori.accounts.access import access_of, manager_only, open_school, staff
from otayori.accounts.models import Membership
from otayori.console.forms_roster import SchoolForm
from otayori.console.place import address, school_in_view
from otayori.core import audit


@staff
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """The own account for everybody; school and staff for who decides there."""
    access, school = access_of(request), school_in_view(request)
    may_manage = school is not None and access.manages(school.id)
    context = {
        "nav_current": "settings",
        "school": school,
        "may_manage": may_manage,
        "schools": access.schools if school is None else [],
        "staff_count": Membership.objects.filter(school=school).values("user").distinct().count()
        if may_manage
        else 0,
    }
    return render(request, "console/settings.html", context)


@staff
def school_data(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Change a school's telephone number."""
    access = access_of(request)
    school = open_school(access, school_id)
    manager_only(access, school.id)
    form = SchoolForm(request.POST or None, initial={"phone": school.phone})
    if request.method == "POST" and form.is_valid():
        school.phone = form.cleaned_data["phone"]
        school.save(update_fields=["phone"])
        audit.record("school changed", actor_id=access.user.id, school_id=school.id, object_id=school.id)
        messages.success(request, _("学校のデータを保存しました。"))
        return redirect(address("console:settings", school))
    context = {"nav_current": "settings", "school": school, "form": form}
    return render(request, "console/settings_school.html", context)
