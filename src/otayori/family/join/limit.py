"""How often one address may fail at joining, and how often codes are mailed, counted across processes."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest

# A whole class may join over the school's one address at the parents' evening: only failures count.
_RATES = {"join": "40/600s/ip", "join_code": "6/h/key,60/h/ip"}


def too_many_failures(request: HttpRequest) -> bool:
    """Tell whether sheets were guessed at too often from here."""
    return _consume(request, "join", dry_run=True)


def count_failure(request: HttpRequest) -> None:
    """Count an unknown sheet or a wrong password."""
    _consume(request, "join")


def too_many_codes(request: HttpRequest, email: str) -> bool:
    """Count a code about to be mailed; tell whether it is one too many for the address or from here."""
    return _consume(request, "join_code", key=email.casefold())


def _consume(request: HttpRequest, action: str, *, key: str | None = None, dry_run: bool = False) -> bool:
    usage = ratelimit.consume(
        request, app="otayori.family", action=action, config=_RATES, key=key, dry_run=dry_run, limit_get=True
    )
    return usage is None
