"""How often sheets may be guessed at from one place, counted across processes."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest

# A whole class may join over the school's one address at the parents' evening: only failures count.
_RATES = {"join": "40/600s/ip"}


def too_many_failures(request: HttpRequest) -> bool:
    """Tell whether sheets were guessed at too often from here."""
    return _consume(request, dry_run=True)


def count_failure(request: HttpRequest) -> None:
    """Count an unknown sheet or a wrong password."""
    _consume(request)


def _consume(request: HttpRequest, *, dry_run: bool = False) -> bool:
    usage = ratelimit.consume(
        request, app="otayori.family", action="join", config=_RATES, dry_run=dry_run, limit_get=True
    )
    return usage is None
