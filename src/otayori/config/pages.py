"""Pages that belong to no app: errors and the health check."""

import sys

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from otayori.accounts import interrupted
from otayori.accounts.access import everyone
from otayori.core.outage import OUTAGES, outage_page
from otayori.roster.access import is_guardian

_NOT_FAMILY = ("/console/", "/accounts/", "/health", "/styleguide")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: not there, or not for you; the two look the same. Guardians keep the menu of their app."""
    if not request.path.startswith(_NOT_FAMILY) and is_guardian(request):
        return render(request, "family/not_found.html", status=404)
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: known, but not allowed."""
    return render(request, "403.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; or 503 while the database is away, wherever in the request that showed."""
    family = not request.path.startswith(_NOT_FAMILY)
    if isinstance(sys.exc_info()[1], OUTAGES):
        return outage_page(family=family)
    return HttpResponse(render_to_string("500.html", {"family": family}), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from elsewhere. What was typed is kept where it can be.

    Signing in from another tab changes the token of an older one. The page is opened anew with the text
    in it; nothing is sent or saved by that, so a forged form gains nothing (and has no signed owner).
    """
    if interrupted.keep(request):
        return redirect(request.get_full_path())
    page = {"form_too_old": True, "no_cookies": not request.COOKIES}
    return render(request, "403.html", page, status=403)


@everyone("a load balancer asks it; it tells nothing but up or down")
def health(request: HttpRequest) -> HttpResponse:
    """200 when the database answers; its absence becomes 503 in core/outage.py."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
