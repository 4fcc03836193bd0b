"""The end of joining: account, guardianship and first endpoint in one transaction, then the device."""

from allauth.account.utils import perform_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from otayori.accounts.models import User
from otayori.delivery import endpoints
from otayori.family.join.progress import Progress
from otayori.family.notifications import notification_page
from otayori.roster import joining
from otayori.roster.access import guardian, guardian_of
from otayori.roster.joining import EmailTaken
from otayori.roster.models import Guardian, RegistrationSheet, Relation


def complete(request: HttpRequest, progress: Progress, sheet: RegistrationSheet) -> HttpResponse:
    """Open the account (for who has none), join, sign in. Raises `EmailTaken` and `joining.Refused`."""
    kept = progress.read_account()
    if request.user.is_authenticated or kept is None:
        assert isinstance(request.user, User)  # noqa: S101 - without an account `at_step` lets nobody through
        _link(request.user, progress, sheet, Relation.OTHER)
    else:
        with transaction.atomic():
            user = joining.open_account(kept[0])
            _link(user, progress, sheet, kept[1])
        perform_login(request, user, redirect_url=reverse("family:join_app"))
    progress.end(request)
    return redirect("family:join_app")


@transaction.atomic
def _link(user: User, progress: Progress, sheet: RegistrationSheet, relation: Relation) -> None:
    joining.join(user, sheet, relation=relation, notice_version=progress.notice)
    try:
        endpoints.add_email(Guardian.objects.get(user=user), user.email)
    except endpoints.AddressTaken as error:
        raise EmailTaken from error


@guardian
@require_safe
def app(request: HttpRequest) -> HttpResponse:
    """Put the app on the home screen, allow notifications, try one."""
    return render(request, "family/join/app.html", notification_page(request) | {"step": 5})


@guardian
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """Joined: what reaches this guardian from now on."""
    ways = endpoints.endpoints_of(guardian_of(request))
    return render(request, "family/join/done.html", {"ways": ways})
