"""A guardian's inbox: narrowed to what is asked for, and what is new and can't wait on top."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from otayori.delivery.parcel import Urgency
from otayori.messaging.models import Recipient, RecipientStudent

URGENT: Final = "urgent"
KINDS: Final[dict[str, tuple[str, ...]]] = {
    URGENT: (Urgency.EMERGENCY.value, Urgency.IMPORTANT.value),
    "normal": (Urgency.NORMAL.value,),
    "leaflet": (Urgency.LEAFLET.value,),
}
# A correction is new again: whoever opened the first words has not read the right ones
UNREAD: Final = Q(read_at__isnull=True) | Q(message__version__gt=1, read_version__lt=F("message__version"))
DATED: Final = 2  # the rank of what stands in the list by its date; lower ones stand on top


@dataclass(frozen=True)
class Wanted:
    """What is asked for; what is empty filters nothing."""

    student: UUID | None = None
    school: UUID | None = None
    board: bool = False  # what the board sent, not a school
    kind: str = ""  # one of KINDS
    unread: bool = False


def narrow(rows: QuerySet[Recipient], wanted: Wanted) -> QuerySet[Recipient]:
    """Return those of a guardian's rows that are asked for."""
    if wanted.student:
        about = RecipientStudent.objects.filter(recipient=OuterRef("pk"), student=wanted.student)
        rows = rows.filter(Exists(about))
    if wanted.school:
        rows = rows.filter(message__school=wanted.school)
    if wanted.board:
        rows = rows.filter(message__school=None)
    if wanted.kind:  # of a recalled one nothing is told, so not its kind either
        rows = rows.filter(message__urgency__in=KINDS[wanted.kind], message__recalled_at=None)
    return rows.filter(UNREAD) if wanted.unread else rows


def in_order(rows: QuerySet[Recipient]) -> QuerySet[Recipient]:
    """Unread emergencies, then what else is important and unread, then all by date; `rank` tells which."""
    emergency, important = (
        When(UNREAD, message__urgency=urgency, message__recalled_at=None, then=Value(rank))
        for rank, urgency in enumerate(KINDS[URGENT])
    )
    rank = Case(emergency, important, default=Value(DATED), output_field=IntegerField())
    return rows.annotate(rank=rank).order_by("rank", "-released_at", "-id")
