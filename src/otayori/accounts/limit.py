"""How often codes are mailed to one address, and asked for from one place, counted across processes.

Each code allows five guesses and a new session a new code: without this limit anybody's password could be
set by asking often enough, and a mailbox be flooded.
"""

from allauth.core.internal import ratelimit
from django.http import HttpRequest

_RATES = {"code": "6/h/key,600/h/ip"}


def too_many_codes(request: HttpRequest, email: str) -> bool:
    """Count a code about to be mailed; tell whether it is one too many for the address or from here."""
    key = email.strip().casefold()
    return not ratelimit.consume(
        request, app="otayori.accounts", action="code", config=_RATES, key=key, limit_get=True
    )
