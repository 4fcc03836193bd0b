"""Signed-in devices: how long one stays, ending the others, and whether a password was given just now."""

import time

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.http import HttpRequest

RENEWED_AFTER = 60 * 60 * 24 * 7  # seconds; each renewal is a write
_RENEWED = "renewed"


def is_due(request: HttpRequest) -> bool:
    """Tell whether this session is to be renewed: a week after it was, or after signing in.

    Sooner where a shorter life is left from before signing in (accounts/interrupted.py).
    """
    last = max(request.session.get(_RENEWED, 0), _signed_in_at(request))
    return "_session_expiry" in request.session or time.time() - last >= RENEWED_AFTER


def renew(request: HttpRequest) -> None:
    """Let the session of a phone in use last its full time again (SESSION_COOKIE_AGE).

    Without it a guardian who opens the app every day would be signed out half a year after signing in.
    """
    if "_session_expiry" in request.session:
        request.session.set_expiry(None)
    request.session[_RENEWED] = int(time.time())


def _signed_in_at(request: HttpRequest) -> float:
    """When this session's person last proved who they are, in seconds since 1970: it was written then."""
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
