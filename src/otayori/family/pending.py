"""What waits in the session: an address about to be proven, sealed, and a form that was cut short."""

import base64
from typing import Any

import tink
from django.http import HttpRequest

from otayori.accounts.interrupted import owner_token, take_back
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


def typed_before(request: HttpRequest) -> dict[str, Any]:
    """What was being typed on this page when the session ended (`keeps_typing`): initial values of a form."""
    typed = take_back(request) if request.method == "GET" else None
    return typed.dict() if typed else {}


def owner(request: HttpRequest) -> dict[str, str]:
    """What a form needs to be kept by `keeps_typing`: for its field `owner`."""
    return {"owner": owner_token(guardian_of(request).user)}


def _place(request: HttpRequest, slot: str) -> str:
    return f"session.{slot}.{guardian_of(request).id}"
