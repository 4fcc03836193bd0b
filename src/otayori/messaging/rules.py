"""The rules by which messages of a school, or of the board, are released."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from otayori.accounts.access import Access, access_for
from otayori.core import audit
from otayori.delivery.parcel import Urgency
from otayori.messaging.audience import Audience
from otayori.messaging.models import Message, SendingRules
from otayori.messaging.targets import NotYours, is_own
from otayori.schools.models import School


@dataclass(frozen=True)
class Rules:
    """See SendingRules. `undo_seconds`: how long a confirmed message waits, for all but emergencies."""

    own_class: SendingRules.OwnClass
    decider: SendingRules.Decider
    undo_seconds: int = 60


class NeedsApproval(NotYours):
    """Somebody else has to approve it first."""


OF_SCHOOLS = Rules(SendingRules.OwnClass.FREE, SendingRules.Decider.ALONE)
OF_THE_BOARD = Rules(SendingRules.OwnClass.FREE, SendingRules.Decider.SECOND)


def rules_of(school: School | None) -> Rules:
    """Return the rules of a school, or of the board (None); the doors load a school with its own."""
    if school is not None and School.sending_rules.is_cached(school):
        kept = getattr(school, "sending_rules", None)
    else:
        kept = SendingRules.objects.filter(school=school).first()
    if kept is None:
        return OF_THE_BOARD if school is None else OF_SCHOOLS
    return Rules(SendingRules.OwnClass(kept.own_class), SendingRules.Decider(kept.decider), kept.undo_seconds)


def rules_for(access: Access, school: School | None) -> Rules:
    """Return the same, asked for once a request."""
    return access.remember(("rules", school and school.id), lambda: rules_of(school))


def needs_approval(access: Access, message: Message) -> bool:
    """Tell whether somebody else has to approve the message before this person's word sends it.

    An emergency is sent at once by whoever decides for the school (logged, and the others are told).
    A teacher sends alone, where the rules say so, to own classes and groups.
    """
    rules = rules_for(access, message.school)
    is_emergency = message.urgency == Urgency.EMERGENCY
    if access.manages(message.school_id):
        return rules.decider == SendingRules.Decider.SECOND and not is_emergency
    if is_emergency or rules.own_class == SendingRules.OwnClass.APPROVE:
        return True
    return not is_own(access, message.school, Audience.model_validate(message.audience))


def is_approved(message: Message) -> bool:
    """Tell whether somebody else approved it who still decides there. Any change undoes an approval."""
    approver = message.approved_by
    if approver is None or approver.id == message.asked_by_id or not approver.is_active:
        return False
    return access_for(approver).manages(message.school_id)


@transaction.atomic
def keep(access: Access, school: School | None, rules: Rules) -> None:
    """Set the rules of a school, or of the board (None)."""
    SendingRules.objects.update_or_create(
        school=school,
        defaults={
            "own_class": rules.own_class,
            "decider": rules.decider,
            "undo_seconds": rules.undo_seconds,
            "changed_by": access.user,
        },
    )
    audit.record(
        "sending rules set",
        actor_id=access.user.id,
        school_id=school.id if school else None,
        own_class=rules.own_class.value,
        decider=rules.decider.value,
        undo_seconds=rules.undo_seconds,
    )


def undo_seconds(message: Message) -> int:
    """Return how long the message waits once it is confirmed; an emergency never does."""
    return 0 if message.urgency == Urgency.EMERGENCY else rules_of(message.school).undo_seconds


def goes_out_at(message: Message, now: datetime) -> datetime | None:
    """Return when a message confirmed `now` goes out; None: at once.

    An emergency never waits. (One with a time is refused: times.wrong_times.)
    """
    undo = undo_seconds(message)
    if not undo:
        return message.release_at
    may_be_undone_until = now + timedelta(seconds=undo)
    return max(message.release_at or may_be_undone_until, may_be_undone_until)
