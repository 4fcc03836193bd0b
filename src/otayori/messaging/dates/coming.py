"""The dates of a guardian's messages: of every child the guardian may still read about."""

from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from otayori.messaging.access import inbox_of
from otayori.messaging.models import MessageDate
from otayori.roster.models import Guardian


def dates_for(guardian: Guardian, *, since: date, before: date | None = None) -> QuerySet[MessageDate]:
    """Return the dates that are not over before `since`, in order of time; of recalled messages too."""
    mine = inbox_of(guardian).order_by().values("message")
    rows = MessageDate.objects.filter(message__in=mine).annotate(last=Coalesce("until", "day"))
    rows = rows.filter(Q(last__gte=since), Q() if before is None else Q(day__lt=before))
    return (
        rows.select_related("message__school")
        .defer("message__text", "message__audience")
        .order_by("day", "starts", "message__released_at", "number")
    )
