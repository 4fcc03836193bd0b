"""Schedule: release a confirmed message at its time, or after the undo time; take that back.

A scheduled message is closed: to be changed it has to become a draft again. Whom it reaches is resolved at
the release, so a family that registers until then gets it, and one that is blocked by then does not.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from otayori.accounts.access import Access, access_for
from otayori.core import audit, clock
from otayori.core.outage import OUTAGES
from otayori.messaging import send, targets, tell_staff
from otayori.messaging.access import may_change
from otayori.messaging.compose import Missing, audience_of
from otayori.messaging.confirm import Changed, digest, look
from otayori.messaging.models import Message, StaffNotice
from otayori.messaging.rules import NeedsApproval, goes_out_at, needs_approval

log = logging.getLogger(__name__)

TRY_AGAIN_AFTER = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(minutes=30)  # past its time: then somebody has to look at it

Returned = Message.Returned
About = StaffNotice.About


@transaction.atomic
def schedule(access: Access, message_id: UUID, seen: str) -> Message:
    """Put the message by until its time, if it is still what was `seen` on the confirm page.

    Its time is its `release_at`, or the end of the undo time: rules.goes_out_at.
    A second click finds it scheduled and changes nothing.
    Raises `Changed`, `send.NotReady`, `targets.NotYours` (`rules.NeedsApproval`), or `Message.DoesNotExist`.
    """
    message = Message.objects.select_for_update().get(id=message_id)
    if message.state != Message.State.DRAFT:
        return message
    confirmed = look(message)
    due_at = goes_out_at(message, clock.now())
    if confirmed.fingerprint != seen or due_at is None:
        raise Changed
    targets.check(access, message.school, audience_of(message))
    if needs_approval(access, message):
        raise NeedsApproval
    return put_by(access, message, confirmed.lacks, due_at)


def put_by(access: Access, message: Message, lacks: list[Missing], due_at: datetime) -> Message:
    """Put a message by that its caller holds locked and has checked. Raises `send.NotReady`."""
    if message.deliver_before and message.deliver_before <= due_at:  # by the undo time
        lacks = lacks or [Missing.DEADLINE_EARLY]
    if lacks:
        raise send.NotReady(lacks)
    message.state, message.scheduled_by = Message.State.SCHEDULED, access.user
    message.fingerprint, message.returned, message.tried_at = digest(message), "", None
    message.due_at = due_at
    message.save(update_fields=["state", "scheduled_by", "fingerprint", "returned", "tried_at", "due_at"])
    _record("message scheduled", message, access.user.id, at=due_at.isoformat())
    return message


def is_undo(message: Message) -> bool:
    """Tell whether a scheduled message waits for nothing but its undo time."""
    return message.due_at is not None and (message.release_at is None or message.release_at < message.due_at)


@transaction.atomic
def hasten(access: Access, message: Message) -> Returned | None:
    """Send now what waits for its undo time; returns why it could not go, and is a draft again then.

    It goes in the name of who confirmed it. What is gone already, or waits for a later time, is left alone.
    """
    kept = Message.objects.select_for_update().get(id=message.id)
    if kept.state != Message.State.SCHEDULED or not is_undo(kept):
        return None
    _record("undo time cut short", kept, access.user.id)
    returned = _release(kept)
    if returned:
        _return(kept, returned)
    return returned


@transaction.atomic
def cancel(access: Access, message: Message) -> bool:
    """Make it a draft again, with all it says; False when it is not scheduled (any more)."""
    kept = Message.objects.select_for_update().get(id=message.id)
    if kept.state != Message.State.SCHEDULED:
        return False
    _make_draft(kept)
    _record("schedule cancelled", kept, access.user.id)
    return True


def release_due(now: datetime) -> int:
    """Release what is due, each in a transaction of its own; returns how many were released.

    Any number of workers may do so at once: one that another holds is passed over.
    """
    released = 0
    while (went := _release_next(now)) is not None:
        released += went
    return released


@transaction.atomic
def _release_next(now: datetime) -> bool | None:
    """Take the next that is due: True when it went out, False when it could not, None when none is due."""
    may_be_tried = Q(tried_at=None) | Q(tried_at__lte=now - TRY_AGAIN_AFTER)
    due = Message.objects.filter(may_be_tried, state=Message.State.SCHEDULED, due_at__lte=now)
    message = due.select_for_update(skip_locked=True).order_by("due_at").first()
    if message is None:
        return None
    try:
        with transaction.atomic():
            returned = _release(message)
    except Exception as error:
        if isinstance(error, OUTAGES) and not connection.is_usable():
            raise  # the database's trouble, not the message's
        # The class alone: what an exception says may hold a text or a name.
        log.error("scheduled message %s: %s", message.id, type(error).__name__)  # noqa: TRY400
        returned = _try_again(message, now)
    if returned:
        _return(message, returned)
        return False
    return message.tried_at != now


def _release(message: Message) -> Returned | None:
    """Release it in the name of who confirmed it; returns why it must not go out."""
    confirmer = message.scheduled_by
    if confirmer is None or not confirmer.is_active:
        return Returned.RIGHT
    access = access_for(confirmer)
    if not may_change(access, message):
        return Returned.RIGHT
    if message.fingerprint != digest(message):
        return Returned.CHANGED
    try:
        send.release(access, message.id)
    except targets.NotYours:
        return Returned.RIGHT
    except send.NotReady as refusal:
        return Returned.EXPIRED if Missing.DEADLINE_PAST in refusal.lacks else Returned.LACKS
    return None


def _try_again(message: Message, now: datetime) -> Returned | None:
    """Leave it for a minute: a worker with a wrong key must not send back what all schools scheduled."""
    if message.due_at is None or now > message.due_at + GIVE_UP_AFTER:
        return Returned.BROKEN
    message.tried_at = now
    message.save(update_fields=["tried_at"])
    return None


def _return(message: Message, why: Returned) -> None:
    tell_staff.tell({message.author, message.asked_by or message.author}, message, About.RETURNED)
    _make_draft(message, why)
    _record("schedule returned", message, None, why=why.value)
    log.warning("scheduled message %s is a draft again: %s", message.id, why.value)


def _make_draft(message: Message, why: str = "") -> None:
    """Make it a draft: it may be changed now, so an approval is spent."""
    message.state, message.scheduled_by, message.fingerprint = Message.State.DRAFT, None, ""
    message.tried_at, message.due_at, message.returned = None, None, why
    message.approved_by = None
    message.save(
        update_fields=[
            "state",
            "scheduled_by",
            "fingerprint",
            "tried_at",
            "due_at",
            "returned",
            "approved_by",
        ]
    )


def _record(action: str, message: Message, actor_id: UUID | None, **detail: str) -> None:
    audit.record(action, actor_id=actor_id, school_id=message.school_id, object_id=message.id, **detail)
