"""Release a message: one transaction from the rule to recipients and delivery rows."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from otayori.accounts.access import Access
from otayori.core import audit, clock
from otayori.delivery import release as delivery
from otayori.delivery.parcel import Urgency
from otayori.messaging import follow_up, recipients, rules, targets
from otayori.messaging.compose import Missing, audience_of, missing
from otayori.messaging.dates import keep as dates
from otayori.messaging.models import Message, Recipient
from otayori.messaging.resolve import guardianships
from otayori.messaging.times import is_too_late
from otayori.messaging.words import texts


class NotReady(Exception):
    """The draft can't be sent; `lacks` says why."""

    def __init__(self, lacks: list[Missing]) -> None:
        super().__init__(", ".join(lacks))
        self.lacks = lacks


@transaction.atomic
def release(access: Access, message_id: UUID) -> Message:
    """Send the message. A second click, or a second person, finds it released and changes nothing.

    Raises `NotReady`, `targets.NotYours` (`rules.NeedsApproval`), or `Message.DoesNotExist`.
    """
    message = Message.objects.select_for_update().get(id=message_id)
    if message.state == Message.State.RELEASED:
        return message
    audience = audience_of(message)
    targets.check(access, message.school, audience)
    _check_approved(access, message)
    at = clock.now()
    guardians = 0 if audience.is_empty else recipients.insert(message, guardianships(audience), at)
    lacks = missing(message, students=guardians)
    if is_too_late(message, at):
        lacks.append(Missing.DEADLINE_PAST)
    if lacks:
        raise NotReady(lacks)
    batch, deliveries = delivery.release(
        _order(message, at), Recipient.objects.filter(message=message).values("guardian_id")
    )
    message.batch, message.released_at, message.state = batch, at, Message.State.RELEASED
    message.returned, message.tried_at = "", None
    message.save(update_fields=["batch", "released_at", "state", "returned", "tried_at"])
    dates.renew(message)
    audit.record(
        "message released",
        actor_id=access.user.id,
        school_id=message.school_id,
        object_id=message.id,
        urgency=message.urgency,
        guardians=guardians,
        deliveries=deliveries,
    )
    return message


def _check_approved(access: Access, message: Message) -> None:
    """The last look, whatever led here: nothing goes past who has to approve it."""
    is_asked = message.state == Message.State.APPROVAL
    if (is_asked or rules.needs_approval(access, message)) and not rules.is_approved(message):
        raise rules.NeedsApproval


def stop(access: Access, message: Message) -> int:
    """Stop what is still waiting, mails to the unread and reminders too; returns how many deliveries.

    What has all gone stays sent. The notice of a recall is never stopped.
    """
    waiting = follow_up.stop_open(message, clock.now())
    if waiting is None:
        return 0
    audit.record(
        "message stopped",
        actor_id=access.user.id,
        school_id=message.school_id,
        object_id=message.id,
        waiting=waiting,
    )
    return waiting


def _order(message: Message, at: datetime) -> delivery.Order:
    return delivery.Order(
        subject_id=message.id,
        school=message.school,
        urgency=Urgency(message.urgency),
        texts=texts(message),
        released_at=at,
        deadline=message.deliver_before,
        may_wait=True,
    )
