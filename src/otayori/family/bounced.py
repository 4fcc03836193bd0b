"""Why mail does not reach an address, as its owner can act on it. Pure: from `Endpoint.code`."""

import re
from enum import StrEnum

_STATUS = re.compile(r"\b5\.(\d{1,3})\.(\d{1,3})\b")


class Why(StrEnum):
    """What the other side said."""

    GONE = "gone"  # there is no such mailbox, or no such domain
    FULL = "full"
    REFUSED = "refused"  # by a filter: the carrier's, or one the guardian has set
    UNKNOWN = "unknown"


def why(code: str) -> Why:
    """Read a code: "550 5.1.1", "bounce 5.2.2", "bounce 5.0.0 no mailbox" (RFC 3463 3.2, 3.3, 3.8)."""
    if "no mailbox" in code:
        return Why.GONE
    found = _STATUS.search(code)
    if found is None:
        return Why.UNKNOWN
    subject, detail = int(found[1]), int(found[2])
    if subject == 1 or (subject, detail) == (2, 1):
        return Why.GONE
    if (subject, detail) in ((2, 2), (3, 1)):
        return Why.FULL
    return Why.REFUSED if subject == 7 else Why.UNKNOWN
