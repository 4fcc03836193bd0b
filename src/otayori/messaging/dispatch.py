"""Dispatch: let what was confirmed go, at once, after the undo time, or at its time."""

from uuid import UUID

from otayori.accounts.access import Access
from otayori.core import clock
from otayori.messaging import confirm, schedule
from otayori.messaging.models import Message
from otayori.messaging.rules import goes_out_at


def dispatch(access: Access, message_id: UUID, seen: str) -> Message:
    """Release or schedule the message if it is still what was `seen`; a second click changes nothing.

    Raises `confirm.Changed`, `send.NotReady`, `targets.NotYours`, or `Message.DoesNotExist`.
    """
    message = Message.objects.select_related("school").get(id=message_id)
    if goes_out_at(message, clock.now()) is None:
        return confirm.release(access, message_id, seen)
    return schedule.schedule(access, message_id, seen)
