"""What the app tells of itself in the body of a small request: JSON, which anybody can send."""

import json
from typing import TypeGuard

from django.http import HttpRequest

LONGEST = 2000  # of a push address


def told(request: HttpRequest, name: str) -> str:
    """Return the string under this name in the body; "" where there is none that can be meant."""
    try:
        found = json.loads(request.body)[name]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return found if is_word(found) else ""


def is_word(found: object) -> TypeGuard[str]:
    """Tell whether this is an address or a name of ours: ASCII, of a bearable length."""
    return isinstance(found, str) and found.isascii() and 0 < len(found) <= LONGEST
