"""Confirm: what a sender is shown before releasing, and the release of exactly that."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from otayori.accounts.access import Access
from otayori.core import clock, crypto
from otayori.delivery import release as delivery
from otayori.messaging import resolve, send
from otayori.messaging.compose import Missing, audience_of, missing
from otayori.messaging.models import Attachment, Message
from otayori.messaging.times import wrong_times


class Changed(Exception):
    """The draft is no longer what was confirmed: somebody changed it in another window."""


@dataclass(frozen=True)
class Confirmation:
    """What stands on the confirm page. `fingerprint` comes back with the release."""

    reach: resolve.Reach
    lacks: list[Missing]
    fingerprint: str


def look(message: Message, files: Iterable[Attachment] | None = None) -> Confirmation:
    """Count whom the draft reaches now, and say what it lacks.

    `files`: the message's, where they are loaded already.
    """
    reach = resolve.reach(audience_of(message))
    lacks = [*missing(message, students=reach.guardians), *wrong_times(message, clock.now())]
    return Confirmation(reach, lacks, _fingerprint(digest(message, files), reach.students, reach.schools))


def get_ready(message: Message) -> None:
    """Let the workers open connections: the message may be released any moment."""
    delivery.announce(message.urgency)


def release(access: Access, message_id: UUID, seen: str) -> Message:
    """Send the message if it is still what was `seen`; a second click finds it confirmed already.

    Raises `Changed`, and what `send.release` raises.
    """
    get_ready(Message.objects.only("urgency").get(id=message_id))
    with transaction.atomic():
        message = Message.objects.select_for_update().get(id=message_id)
        if message.state != Message.State.DRAFT:
            return message
        if _fingerprint(digest(message), *resolve.picked(audience_of(message))) != seen:
            raise Changed
        return send.release(access, message_id)


def digest(message: Message, files: Iterable[Attachment] | None = None) -> str:
    """Digest what the author decides: the words, the files (given or asked for), the rule, the times."""
    decided = [message.title, message.text, message.urgency, message.category]
    decided.append(json.dumps(message.audience, sort_keys=True))
    if files is None:
        files = message.attachments.only("id", "state", "digest")
    decided += [f"{one.id} {one.state} {one.digest}" for one in sorted(files, key=lambda one: one.id)]
    decided += [str(at.timestamp()) if at else "" for at in (message.release_at, message.deliver_before)]
    return crypto.fingerprint(json.dumps(decided).encode())


def _fingerprint(decided: str, students: int, schools: int) -> str:
    """Digest what the author `decided`, and how many students that picks now.

    Guardians are left out: in spring one registers every few seconds, and a sender must not be sent back
    to the confirm page in an emergency because a family joined meanwhile.
    """
    seen = [decided, students, schools]
    return crypto.fingerprint(json.dumps(seen).encode())
