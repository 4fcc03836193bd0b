"""Withhold: block a guardian from a child, and take back what still waits to be sent to them about it."""

from django.db import transaction

from otayori.accounts.models import User
from otayori.delivery.models import Delivery
from otayori.delivery.status import Status
from otayori.messaging.access import inbox_of
from otayori.roster import block as blocking
from otayori.roster.models import Guardianship


@transaction.atomic
def withhold(guardianship: Guardianship, *, by: User) -> int:
    """Block the guardian; returns how many waiting deliveries were taken back.

    What another child still lets them read goes out. What a worker holds at this moment can't be stopped.
    """
    blocking.block(guardianship, by=by)
    guardian = guardianship.guardian
    readable = inbox_of(guardian).order_by().values("message__batch")
    waiting = Delivery.objects.filter(endpoint__guardian=guardian, status=Status.QUEUED)
    return waiting.exclude(batch__in=readable).update(status=Status.CANCELLED, code="blocked")
