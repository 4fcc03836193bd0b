"""What every page of the console shows around its content."""

from typing import Any

from django.http import HttpRequest


def staff(request: HttpRequest) -> dict[str, Any]:
    """Who is signed in and what is wrong with the channels; nothing for pages without a staff door."""
    access = getattr(request, "access", None)
    return {"access": access} if access is not None else {}
