"""Confirm: what a sender is shown before releasing, and the release of exactly that."""

import json
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from otayori.accounts.access import Access
from otayori.core import crypto
from otayori.messaging import resolve, send
from otayori.messaging.compose import Missing, audience_of, missing
from otayori.messaging.models import Message


class Changed(Exception):
    """The draft is no longer what was confirmed: somebody changed it in another window."""


@dataclass(frozen=True)
class Confirmation:
    """What stands on the confirm page. `fingerprint` comes back with the release."""

    reach: resolve.Reach
    lacks: list[Missing]
    fingerprint: str


def look(message: Message) -> Confirmation:
    """Count whom the draft reaches now, and say what it lacks."""
    reach = resolve.reach(audience_of(message))
    return Confirmation(reach, missing(message, students=reach.guardians), _fingerprint(message, reach))


@transaction.atomic
def release(access: Access, message_id: UUID, seen: str) -> Message:
    """Send the message if it is still what was `seen`; a second click finds it released.

    Raises `Changed`, and what `send.release` raises.
    """
    message = Message.objects.select_for_update().get(id=message_id)
    if message.state == Message.State.RELEASED:
        return message
    if look(message).fingerprint != seen:
        raise Changed
    return send.release(access, message_id)


def _fingerprint(message: Message, reach: resolve.Reach) -> str:
    """Digest the words, the rule, and the students it picks.

    Guardians are left out: in spring one registers every few seconds, and a sender must not be sent back
    to the confirm page in an emergency because a family joined meanwhile.
    """
    seen = [message.title, message.text, message.urgency, message.category]
    seen += [json.dumps(message.audience, sort_keys=True), str(reach.students), str(reach.schools)]
    return crypto.fingerprint(json.dumps(seen).encode())
