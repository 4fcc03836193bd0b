"""Override what the guard found: by who decides for the school, with a reason, for exactly that."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from otayori.accounts.access import Access
from otayori.core import audit
from otayori.delivery.parcel import Urgency
from otayori.messaging.confirm import Changed
from otayori.messaging.guard.check import findings_of
from otayori.messaging.models import Message, Override
from otayori.messaging.targets import NotYours

LEAST_REASON = 10  # characters
MOST_REASON = 400


class NoReason(Exception):
    """It does not say why."""


@transaction.atomic
def override(access: Access, message_id: UUID, digest: str, reason: str) -> Override:
    """Let the message go although the findings of this `digest` stand. A second click changes nothing.

    In an emergency nobody is kept by typing: the reason may be empty.
    Raises `targets.NotYours`, `NoReason`, or `Changed` where other things are found by now.
    """
    message = Message.objects.select_for_update(of=["self"]).select_related("school").get(id=message_id)
    is_asker = message.state == Message.State.APPROVAL and message.asked_by_id == access.user.id
    if is_asker or not access.manages(message.school_id):
        raise NotYours
    if message.state not in (Message.State.DRAFT, Message.State.APPROVAL):
        raise Changed
    given = reason.strip()[:MOST_REASON]
    if not given and message.urgency == Urgency.EMERGENCY:
        given = _("緊急のため")
    elif len(given) < LEAST_REASON:
        raise NoReason
    findings = findings_of(message)
    if not findings or findings.digest != digest:
        raise Changed
    made, is_new = Override.objects.get_or_create(
        message=message,
        findings=digest,
        defaults={"counts": findings.counts, "reason": given, "by": access.user},
    )
    if is_new:
        audit.record(
            "findings overridden",
            actor_id=access.user.id,
            school_id=message.school_id,
            object_id=message.id,
            found=findings.counts,
        )
    return made
