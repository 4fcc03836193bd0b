"""Dispatch: let what was confirmed go, at once, after the undo time, or at its time."""

from uuid import UUID

from django.db import transaction

from otayori.accounts.access import Access
from otayori.core import clock
from otayori.delivery.parcel import Urgency
from otayori.messaging import confirm, gate, schedule, tell_staff
from otayori.messaging.models import Message
from otayori.messaging.rules import NeedsApproval, goes_out_at, needs_approval


def dispatch(access: Access, message_id: UUID, seen: str) -> Message:
    """Release or schedule the message if it is still what was `seen`; a second click changes nothing.

    Raises `gate.Barred`, `rules.NeedsApproval`, `confirm.Changed`, `send.NotReady`, `targets.NotYours`, or
    `Message.DoesNotExist`.
    """
    confirm.get_ready(Message.objects.only("urgency").get(id=message_id))
    with transaction.atomic():
        message = Message.objects.select_for_update(of=["self"]).select_related("school").get(id=message_id)
        if message.state != Message.State.DRAFT:
            return message
        if needs_approval(access, message):
            raise NeedsApproval
        gate.check(access, message)
        if goes_out_at(message, clock.now()) is not None:
            return schedule.schedule(access, message_id, seen)
        done = confirm.release(access, message_id, seen)
        if done.urgency == Urgency.EMERGENCY:
            tell_staff.emergency_sent(done, by=access.user)
        return done
