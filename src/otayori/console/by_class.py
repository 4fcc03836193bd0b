"""A school's names by class: all of them where they are few, else the classes, to be opened one by one.

1,200 names take half a second to decrypt, and nobody reads them on one page.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest

MOST_ROWS = 150
Section = Mapping[str, Any]  # id, label, rows and what else a page shows of a class


def by_class(request: HttpRequest, sections: Sequence[Section]) -> dict[str, Any]:
    """Return which `sections` are open, and the classes with their addresses where not all are."""
    chosen = request.GET.get("class", "")
    is_known = any(str(one["id"]) == chosen for one in sections)
    opened = [one for one in sections if str(one["id"]) == chosen] if is_known else list(sections)
    is_much = sum(len(one["rows"]) for one in opened) > MOST_ROWS and not is_known
    return {
        "sections": [] if is_much else opened,
        "classes": [(one, _address(request, str(one["id"]))) for one in sections] if is_much else [],
        "all_url": _address(request, "") if is_known else "",
    }


def _address(request: HttpRequest, chosen: str) -> str:
    query = request.GET.copy()
    query.pop("class", None)
    if chosen:
        query["class"] = chosen
    return f"?{query.urlencode()}"
