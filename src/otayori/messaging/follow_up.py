"""Follow-ups: telling a released message again, in a batch of its own; and all batches of a message.

The batch of a follow-up is about the follow-up (`Batch.subject_id`), so it can't be made twice; devices find
the message by its address, and the new page takes the place of the old.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from otayori.accounts.access import Access
from otayori.core import audit, clock
from otayori.core.ids import new_id
from otayori.delivery import release as delivery
from otayori.delivery.models import Batch, Endpoint
from otayori.delivery.parcel import Kind, Urgency
from otayori.delivery.progress import progress_of
from otayori.messaging.models import FollowUp, Message, Recipient, RecipientStudent
from otayori.messaging.times import is_too_late
from otayori.messaging.words import texts

_TOLD_AS = {
    FollowUp.Kind.REMIND: Kind.REMINDER,
    FollowUp.Kind.RECALL: Kind.RECALL,
    FollowUp.Kind.CORRECT: Kind.CORRECTION,
    FollowUp.Kind.LATE: Kind.MESSAGE,
}
# What takes back words that were told is never held for somebody's quiet hours
_MAY_WAIT = (FollowUp.Kind.REMIND, FollowUp.Kind.LATE)


class Why(StrEnum):
    """Why a message is not told again."""

    UNSENT = "unsent"
    RECALLED = "recalled"
    EXPIRED = "expired"  # its deadline to be delivered has passed


class Closed(Exception):
    """The message is not told again; `why` says so."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True)
class Telling:
    """One batch of a message: the first (`follow_up` None) or one that told it again."""

    batch: Batch
    follow_up: FollowUp | None

    @property
    def is_recall(self) -> bool:
        return self.follow_up is not None and self.follow_up.kind == FollowUp.Kind.RECALL


def tellings(message: Message) -> list[Telling]:
    """Return all batches of a released message, the newest first. One statement."""
    first = [Telling(message.batch, None)] if message.batch else []
    again = message.follow_ups.select_related("batch", "by")
    return [*reversed([Telling(one.batch, one) for one in again]), *first]


def told_by(message_id: Any) -> Q:
    """Match the batches that carried the message's words: all but the notice of its recall."""
    again = Q(follow_up__message=message_id) & ~Q(follow_up__kind=FollowUp.Kind.RECALL)
    return Q(message=message_id) | again


def locked(message_id: UUID) -> Message:
    """Return the message with its row locked: of two people who act at once the second waits here.

    Raises `Message.DoesNotExist`.
    """
    rows = Message.objects.select_for_update(of=("self",)).select_related("school", "batch")
    return rows.get(id=message_id)


def why_closed(message: Message, now: datetime) -> Why | None:
    """Return why the message may not be told again; None where it may."""
    if message.state != Message.State.RELEASED:
        return Why.UNSENT
    if message.recalled_at is not None:
        return Why.RECALLED
    return Why.EXPIRED if is_too_late(message, now) else None


def check_open(message: Message) -> None:
    """Raise `Closed` unless the message may be told again."""
    if (why := why_closed(message, clock.now())) is not None:
        raise Closed(why)


def recipients_left(message: Message) -> QuerySet[Recipient]:
    """The recipients who may still read about one of the children for whose sake they got it."""
    mine = RecipientStudent.objects.filter(
        recipient=OuterRef("pk"),
        student__guardianships__guardian=OuterRef("guardian"),
        student__guardianships__blocked_at__isnull=True,
    )
    return Recipient.objects.filter(Exists(mine), message=message, guardian__user__is_active=True)


def with_a_way(recipients: QuerySet[Recipient]) -> QuerySet[Recipient]:
    """Narrow recipients to those whom some live address reaches."""
    live = Endpoint.objects.filter(guardian=OuterRef("guardian"), state=Endpoint.State.ACTIVE)
    return recipients.filter(Exists(live))


def tell_again(access: Access, message: Message, *, kind: FollowUp.Kind, to: QuerySet[Recipient]) -> FollowUp:
    """Make the batch and write it down, in the caller's transaction, which holds the message's lock."""
    people = with_a_way(to)
    follow_up = FollowUp(id=new_id(), message=message, kind=kind, by=access.user, guardians=people.count())
    order = delivery.Order(
        subject_id=follow_up.id,
        school=message.school,
        urgency=_urgency(message, kind),
        texts=texts(message, _TOLD_AS[kind]),
        released_at=clock.now(),
        # what was wrong has to be taken back from everybody, however late
        deadline=None if kind == FollowUp.Kind.RECALL else message.deliver_before,
        may_wait=kind in _MAY_WAIT,
    )
    follow_up.batch, deliveries = delivery.release(order, people.order_by().values("guardian_id"))
    follow_up.save(force_insert=True)
    audit.record(
        "message told again",
        actor_id=access.user.id,
        school_id=message.school_id,
        object_id=message.id,
        kind=kind.value,
        version=message.version,
        guardians=follow_up.guardians,
        deliveries=deliveries,
    )
    return follow_up


def stop_open(message: Message, at: datetime) -> int | None:
    """Stop the batches with something left to send, all but the notice of a recall.

    Returns how many deliveries were still waiting; None where all had gone.
    """
    unclosed = Batch.objects.filter(told_by(message.id), stopped_at=None, closed_at=None)
    batches = {batch.id: batch for batch in unclosed}
    found = progress_of(batches) if batches else {}
    left = [batches[key] for key, channels in found.items() if any(channel.open for channel in channels)]
    if not left:
        return None
    return sum(delivery.stop(batch, at) for batch in left)


def _urgency(message: Message, kind: FollowUp.Kind) -> Urgency:
    """A recall wakes sleeping phones and mails soon, whatever the message was."""
    own = Urgency(message.urgency)
    if kind == FollowUp.Kind.RECALL and own is not Urgency.EMERGENCY:
        return Urgency.IMPORTANT
    return own
