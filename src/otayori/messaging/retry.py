"""Retry: an operator sends again what has failed of a batch; never words that were taken back since.

The operator sees ids and codes alone, and can't know that a message was recalled, or a guardian blocked.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import Q

from otayori.delivery import retry as delivery
from otayori.delivery.models import Delivery
from otayori.delivery.status import Status
from otayori.messaging import follow_up
from otayori.messaging.models import FollowUp, Message, Recipient

_REPLACING = (FollowUp.Kind.CORRECT, FollowUp.Kind.RECALL)


class Replaced(Exception):
    """A recall or a correction came after the batch: what it says must not go out any more."""


@transaction.atomic
def retry_failed(batch_id: UUID, *, reason: str, prefix: str = "") -> int:
    """Queue the failed deliveries of a batch again; returns how many.

    A guardian who may not read the message any more is left out.
    Raises `Replaced`, and what delivery's own raises.
    """
    about = Message.objects.filter(Q(batch=batch_id) | Q(follow_ups__batch=batch_id))
    found = about.values_list("id", flat=True).first()
    if found is None:
        return delivery.retry_failed(batch_id, reason=reason, prefix=prefix)
    message = follow_up.locked(found)  # somebody may be recalling it
    if _is_replaced(message, batch_id):
        raise Replaced
    count = delivery.retry_failed(batch_id, reason=reason, prefix=prefix)
    left = follow_up.recipients_left(message).values("guardian")
    others = Recipient.objects.filter(message=message).exclude(guardian__in=left).values("guardian")
    again = Delivery.objects.filter(batch=batch_id, status=Status.QUEUED, endpoint__guardian__in=others)
    return count - again.update(status=Status.CANCELLED, code="blocked")


def _is_replaced(message: Message, batch_id: UUID) -> bool:
    later = message.follow_ups.filter(kind__in=_REPLACING).exclude(batch=batch_id)
    if (own := message.follow_ups.filter(batch=batch_id).first()) is not None:
        later = later.filter(at__gt=own.at)
    return later.exists()
