"""The page that shows every component of the screens."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from otayori.accounts.access import everyone


@everyone("it shows components and made-up text only")
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show the components."""
    return render(request, "console/styleguide.html")
