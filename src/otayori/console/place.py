"""The school a page is about, and the switch at the top that keeps it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from otayori.accounts.access import access_of, open_school, staff
from otayori.accounts.access import choose_school as keep_school
from otayori.schools.models import School


def school_in_view(request: HttpRequest) -> School | None:
    """Return the school named in the address or the form, else the one kept; None is the whole ward.

    A school this person has no business with is 404.
    """
    access = access_of(request)
    wanted = request.POST.get("school") or request.GET.get("school")
    return open_school(access, wanted) if wanted else access.school


def address(page: str, school: School | None, **filters: object) -> str:
    """Return the address of a page ("console:roster") for this school (None: for the ward)."""
    query = ({"school": school.id} if school else {}) | filters
    return f"{reverse(page)}?{urlencode(query)}" if query else reverse(page)


@staff
@require_POST
def choose_school(request: HttpRequest) -> HttpResponse:
    """Keep another school for the pages that follow."""
    keep_school(request, request.POST.get("school", ""))
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return redirect("console:home")
    return redirect(target)
