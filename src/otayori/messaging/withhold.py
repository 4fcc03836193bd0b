"""Withhold: block a guardian from a child, and take back what still waits to be sent to them about it."""

from django.db import transaction
from django.db.models import Q

from otayori.accounts.models import User
from otayori.delivery import write_off
from otayori.delivery.models import Batch
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
    messages = inbox_of(guardian).order_by().values("message")
    readable = Batch.objects.filter(Q(message__in=messages) | Q(follow_up__message__in=messages))
    endpoints = guardian.endpoints.values_list("id", flat=True)
    return write_off.take_back(endpoints, code="blocked", but=readable.values_list("id", flat=True))
