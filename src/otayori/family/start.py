"""The first page: leads whoever comes to where they belong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from otayori.accounts.access import access_of, everyone
from otayori.roster.models import Guardian


@everyone("it only leads on: to the inbox, the console, or signing in")
def start(request: HttpRequest) -> HttpResponse:
    """Guardians to their inbox, staff to the console, others to sign in."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    if Guardian.objects.filter(user=request.user).exists():  # type: ignore[misc]
        return redirect("family:inbox")
    return redirect("console:home") if access_of(request).is_staff else redirect("family:join")
