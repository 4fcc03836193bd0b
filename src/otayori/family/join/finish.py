"""The end of joining: account, guardianship and first endpoint in one transaction, then the device."""

from allauth.account.utils import perform_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from otayori.accounts.models import User
from otayori.delivery import endpoints
from otayori.delivery.models import ChannelName, Endpoint
from otayori.family.join.progress import Progress, has_joined, note_joined
from otayori.family.notifications import notification_page
from otayori.roster import joining
from otayori.roster.access import guardian, guardian_of
from otayori.roster.joining import EmailTaken, NewAccount
from otayori.roster.models import Guardian, RegistrationSheet, Relation


def complete(request: HttpRequest, progress: Progress, sheet: RegistrationSheet) -> HttpResponse:
    """Open the account (for who has none), join, sign in. Raises `EmailTaken` and `joining.Refused`."""
    kept = progress.read_account()
    if request.user.is_authenticated or kept is None:
        assert isinstance(request.user, User)  # noqa: S101 - without an account `at_step` lets nobody through
        _link(request.user, progress, sheet, Relation.OTHER)
    else:
        user = _opened_already(kept[0]) or _open(kept, progress, sheet)
        perform_login(request, user, redirect_url=reverse("family:join_app"))
    progress.end(request)
    note_joined(request)
    return redirect("family:join_app")


def _open(kept: tuple[NewAccount, Relation], progress: Progress, sheet: RegistrationSheet) -> User:
    try:
        with transaction.atomic():
            user = joining.open_account(kept[0])
            _link(user, progress, sheet, kept[1])
    except EmailTaken:  # perhaps by the other of two taps, a moment ago
        if user_of_first_tap := _opened_already(kept[0]):
            return user_of_first_tap
        raise
    return user


def _opened_already(account: NewAccount) -> User | None:
    """Return who was opened from this very form: no two salted hashes are alike."""
    user = User.objects.by_email(account.email)
    return user if user is not None and user.password == account.password_hash else None


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
    """Allow notifications, see one arrive, put the app on the home screen."""
    here = request.build_absolute_uri(reverse("family:join_app"))
    page = notification_page(request) | {"step": 5, "carry": here, "may_add_passkey": has_joined(request)}
    return render(request, "family/join/app.html", page)


@guardian
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """Joined: what reaches this guardian from now on, and the one thing that may be left to do."""
    ways = endpoints.endpoints_of(guardian_of(request))
    live = [way for way in ways if way.state == Endpoint.State.ACTIVE]
    pushed = any(way.channel == ChannelName.WEBPUSH for way in live)
    page = {"ways": ways, "pushed": pushed, "may_add_passkey": has_joined(request)}
    return render(request, "family/join/done.html", page)
