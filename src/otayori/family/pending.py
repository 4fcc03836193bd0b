"""An address somebody is about to prove, kept in the session: sealed, for the session table lies open."""

import base64

import tink
from django.http import HttpRequest

from otayori.core import crypto
from otayori.roster.access import guardian_of


def keep(request: HttpRequest, slot: str, email: str) -> None:
    """Keep the address under a name of the page's own."""
    sealed = crypto.seal(crypto.WARD, email, _place(request, slot))
    request.session[slot] = base64.b64encode(sealed).decode()


def read(request: HttpRequest, slot: str) -> str:
    """Return the address, or "" where none is kept, or another guardian's."""
    try:
        return crypto.unseal(
            crypto.WARD, base64.b64decode(request.session.get(slot, "")), _place(request, slot)
        )
    except (tink.TinkError, crypto.KeyMissing):
        return ""


def drop(request: HttpRequest, slot: str) -> None:
    """Forget it."""
    request.session.pop(slot, None)


def _place(request: HttpRequest, slot: str) -> str:
    return f"session.{slot}.{guardian_of(request).id}"
