"""The first page: leads whoever comes to where they belong."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from otayori.accounts.access import access_of, everyone
from otayori.accounts.models import User
from otayori.roster.models import Guardian


@everyone("it only leads on: to the inbox, the console, or signing in")
def start(request: HttpRequest) -> HttpResponse:
    """Guardians to their inbox, staff to the console, others to sign in."""
    if not isinstance(request.user, User):
        return redirect("account_login")
    if Guardian.objects.filter(user=request.user).exists():
        return _in_own_language(request, request.user, redirect("family:inbox"))
    return redirect("console:home") if access_of(request).is_staff else redirect("family:join")


def _in_own_language(request: HttpRequest, user: User, response: HttpResponse) -> HttpResponse:
    """On a device where no language was chosen the account's is used."""
    name = settings.LANGUAGE_COOKIE_NAME
    if name not in request.COOKIES and user.language in dict(settings.LANGUAGES):
        response.set_cookie(
            name,
            user.language,
            max_age=60 * 60 * 24 * 365,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return response
