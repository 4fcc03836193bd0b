"""Sign-up is closed: guardians join by their sheet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from otayori.accounts.access import everyone


@everyone("it only leads to the page for joining")
def no_sign_up(request: HttpRequest) -> HttpResponse:
    """Lead on to where a sheet is typed in."""
    return redirect("family:join")
