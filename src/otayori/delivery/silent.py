"""Silent: guardians of whom nobody knows whether anything reaches them (届いているか分かりません)."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest

from otayori.core import clock
from otayori.delivery.models import ChannelName, Endpoint
from otayori.roster.models import Guardian, Guardianship

SILENT_AFTER = timedelta(days=60)


def silent_guardians() -> "QuerySet[Guardian]":
    """Guardians reached by devices alone, none of which was opened or showed a push for `SILENT_AFTER`.

    A push service takes pushes for a phone in a drawer as gladly as for one in a pocket.
    """
    live = Endpoint.objects.filter(guardian=OuterRef("pk"), state=Endpoint.State.ACTIVE)
    since = clock.now() - SILENT_AFTER
    heard = live.annotate(heard=Greatest("created_at", "verified_at", "seen_at", "arrived_at")).filter(
        Q(channel=ChannelName.EMAIL) | Q(heard__gte=since)
    )
    return Guardian.objects.filter(Exists(live), ~Exists(heard))


def silent_students(student_ids: "Collection[UUID] | QuerySet[Any, UUID]") -> set[UUID]:
    """Return the students of whose guardians some are silent, and none is surely reached. One statement."""
    live = Endpoint.objects.filter(guardian=OuterRef("guardian"), state=Endpoint.State.ACTIVE)
    silent = silent_guardians().filter(pk=OuterRef("guardian"))
    links = Guardianship.objects.filter(student_id__in=student_ids, blocked_at=None)
    told = links.annotate(is_live=Exists(live), is_silent=Exists(silent)).filter(is_live=True)
    rows = list(told.values_list("student_id", "is_silent"))
    return {student for student, is_silent in rows if is_silent} - {one for one, quiet in rows if not quiet}
