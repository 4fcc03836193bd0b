"""The frame of the account pages: a guardian stays in the app, staff get the neutral card."""

from typing import Any

from django.http import HttpRequest

from otayori.accounts.access import access_of
from otayori.roster.models import Guardian


def account_pages(request: HttpRequest) -> dict[str, Any]:
    """Return the template that pages of /accounts/ extend for a guardian; nothing elsewhere."""
    if not request.path.startswith("/accounts/") or not request.user.is_authenticated:
        return {}
    if access_of(request).is_staff or not Guardian.objects.filter(user=request.user.pk).exists():
        return {}
    return {"account_frame": "family/account_frame.html", "nav_current": "settings"}
