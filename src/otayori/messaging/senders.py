"""In whose name a person may write: the schools they belong to, and the board for its officers."""

from django.http import Http404

from otayori.accounts.access import Access
from otayori.schools.models import School

BOARD = "board"


def senders(access: Access) -> list[School | None]:
    """Return the possible senders, the board (None) first. An auditor has none."""
    if access.is_board:
        return [None, *access.schools]
    mine = {m.school_id for m in access.memberships}
    return [school for school in access.schools if school.id in mine]


def open_sender(access: Access, key: str) -> School | None:
    """Return the sender that a form names: "board" (None) or a school's id. Anybody else's: 404."""
    for sender in senders(access):
        if key == sender_key(sender):
            return sender
    raise Http404


def sender_key(sender: School | None) -> str:
    """Return the word by which forms and addresses name a sender."""
    return BOARD if sender is None else str(sender.id)


def usual_sender(access: Access) -> str | None:
    """Return the sender nobody needs to ask for: the school chosen at the top, or the only one; else None."""
    possible = senders(access)
    if not possible:
        raise Http404
    if access.is_board:
        return sender_key(access.school)
    return sender_key(possible[0]) if len(possible) == 1 else None
