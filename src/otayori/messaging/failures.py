"""Deliveries of a message that failed: the newest by name, and how many families no way reached."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from otayori.accounts.access import Access
from otayori.core import clock
from otayori.delivery.models import Delivery
from otayori.delivery.status import EXPIRED, READ, Status
from otayori.messaging.models import Message, RecipientStudent
from otayori.messaging.report_access import sees_every_class
from otayori.messaging.search_students import places
from otayori.roster.models import Enrolment

NEWEST = 10


@dataclass(frozen=True)
class Failure:
    """One address that did not take the message."""

    guardian: str
    children: list[tuple[str, str]]  # name, 3年1組 12番
    school: str
    channel: str
    code: str
    reached_otherwise: bool  # another address of the guardian took it, or may still


def newest(access: Access, message: Message, limit: int = NEWEST) -> list[Failure]:
    """Return the newest failures whose names this person may see (report_access)."""
    failed = Delivery.objects.filter(batch=message.batch, status=Status.FAILED)
    if not sees_every_class(access, message):
        managed = [school.id for school in access.schools if access.manages(school.id)]
        own = Enrolment.objects.filter(
            classroom__in=access.own_classroom_ids(), year_id=clock.school_year()
        ).values("student_id")
        taught = RecipientStudent.objects.filter(
            Q(student__in=own) | Q(student__school__in=managed), recipient__message=message
        )
        failed = failed.filter(endpoint__guardian__in=taught.values("recipient__guardian"))
    rows = list(
        failed.annotate(otherwise=Exists(_other_ways()))
        .select_related("endpoint__guardian__user")
        .order_by("-id")[:limit]
    )
    children = _children(message, {row.endpoint.guardian_id for row in rows})
    return [
        Failure(
            guardian=row.endpoint.guardian.user.name,
            children=[line[:2] for line in children[row.endpoint.guardian_id]],
            school=next((line[2] for line in children[row.endpoint.guardian_id]), ""),
            channel=row.channel,
            code=row.code,
            reached_otherwise=row.otherwise,
        )
        for row in rows
    ]


def families_unreached(messages: Collection[Message]) -> dict[UUID, int]:
    """Return by message id how many guardians no address reached (before the deadline). One statement."""
    batches = {message.batch_id: message.id for message in messages if message.batch_id}
    rows = (
        Delivery.objects.filter(batch__in=list(batches))
        .filter(Q(status=Status.FAILED) | Q(status=Status.CANCELLED, code=EXPIRED))
        .exclude(Exists(_other_ways()))
        .values_list("batch")
        .annotate(n=Count("endpoint__guardian", distinct=True))
    )
    return {batches[batch]: count for batch, count in rows}


def _other_ways() -> QuerySet[Delivery]:
    """What else the guardian is told by; a mail that was spared means the message was read."""
    return Delivery.objects.filter(
        batch=OuterRef("batch"), endpoint__guardian=OuterRef("endpoint__guardian")
    ).exclude(Q(status=Status.FAILED) | Q(status=Status.CANCELLED) & ~Q(code=READ))


def _children(message: Message, guardians: set[UUID]) -> dict[UUID, list[tuple[str, str, str]]]:
    rows = list(
        RecipientStudent.objects.filter(
            recipient__message=message, recipient__guardian__in=guardians
        ).select_related("student__school", "recipient")
    )
    found: dict[UUID, list[tuple[str, str, str]]] = defaultdict(list)
    for row, place in zip(rows, places([row.student for row in rows]), strict=True):
        found[row.recipient.guardian_id].append((row.student.name, place, row.student.school.name))
    return found
