"""Recall: take a message back. Its words give way to the reason, on every device and in the inbox.

A mail can't be taken back; who was sent one in full stands in the report (exposure.py).
"""

from uuid import UUID

from django.db import transaction

from otayori.accounts.access import Access
from otayori.core import audit, clock
from otayori.messaging import follow_up
from otayori.messaging.models import FollowUp, Message

LEAST_REASON = 5  # characters
MOST_REASON = 400


class ReasonShort(Exception):
    """Guardians are owed a reason."""


@transaction.atomic
def recall(access: Access, message_id: UUID, reason: str) -> Message:
    """Stop what still waits, and tell all recipients that the message is withdrawn, and why.

    Possible while it is being sent, and after its deadline. A second click, or a second person, finds it
    recalled; the first reason stands. The version counts up: who has opened the notice is known by it, and a
    device that gets the old page after the notice knows which of the two is newer.
    Raises `ReasonShort`, `follow_up.Closed`, or `Message.DoesNotExist`.
    """
    reason = " ".join(reason.split())[:MOST_REASON]
    if len(reason) < LEAST_REASON:
        raise ReasonShort
    message = follow_up.locked(message_id)
    if message.recalled_at is not None:
        return message
    if message.state != Message.State.RELEASED:
        raise follow_up.Closed(follow_up.Why.UNSENT)
    at = clock.now()
    waiting = follow_up.stop_open(message, at) or 0
    message.recalled_at, message.recalled_by, message.recall_reason = at, access.user, reason
    message.version += 1
    message.save(update_fields=["recalled_at", "recalled_by", "recall_reason", "version"])
    follow_up.tell_again(access, message, kind=FollowUp.Kind.RECALL, to=follow_up.recipients_left(message))
    audit.record(
        "message recalled",
        actor_id=access.user.id,
        school_id=message.school_id,
        object_id=message.id,
        waiting=waiting,
    )
    return message
