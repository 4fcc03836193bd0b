"""Signed-in devices: how long one stays, ending the others, and what was proven in a session, and when."""

import time
from typing import Any

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.dispatch import receiver
from django.http import HttpRequest

RENEWED_AFTER = 60 * 60 * 24 * 7  # seconds; each renewal is a write
_RENEWED = "renewed"


def is_due(request: HttpRequest) -> bool:
    """Tell whether this session is to be renewed: a week after it was, or after signing in.

    Sooner where a shorter life is left from before signing in (accounts/interrupted.py).
    """
    last = max(request.session.get(_RENEWED, 0), proved_at(request))
    return "_session_expiry" in request.session or time.time() - last >= RENEWED_AFTER


def renew(request: HttpRequest) -> None:
    """Let the session of a phone in use last its full time again (SESSION_COOKIE_AGE).

    Without it a guardian who opens the app every day would be signed out half a year after signing in.
    """
    if "_session_expiry" in request.session:
        request.session.set_expiry(None)
    request.session[_RENEWED] = int(time.time())


def proved_at(request: HttpRequest) -> float:
    """Return when this session's user last gave a password, code or passkey, in seconds since 1970."""
    proofs = get_authentication_records(request, request.user)
    if proofs:
        return float(proofs[-1]["at"])
    signed_in = getattr(request.user, "last_login", None)
    return signed_in.timestamp() if signed_in else 0.0


def end_others(request: HttpRequest) -> None:
    """Sign the person out everywhere but here."""
    end_other_sessions(request, request.user)


def proved_just_now(request: HttpRequest) -> bool:
    """Tell whether password, code or passkey were asked for again, and given, within the last minutes."""
    proofs = get_authentication_records(request, request.user)
    again = [float(proof["at"]) for proof in proofs if proof.get("reauthenticated")]
    return bool(again) and time.time() - again[-1] < REAUTHENTICATION_TIMEOUT


def gave_second_factor(request: HttpRequest) -> bool:
    """Tell whether a second factor was given in this session, or the person's first one set up in it."""
    return any(proof["method"] == "mfa" for proof in get_authentication_records(request, request.user))


@receiver(authenticator_added)
def _note_first_factor(request: HttpRequest, authenticator: Authenticator, **_more: Any) -> None:
    """Who has just set up the first one has it in hand. Another beside it proves nothing of those before."""
    known = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
    if not known.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        record_authentication(request, authenticator.user, "mfa", type=authenticator.type)
