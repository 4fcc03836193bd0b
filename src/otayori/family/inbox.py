"""The inbox: what was sent about all of a guardian's children, in one list."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page

from otayori.delivery.parcel import Urgency
from otayori.messaging.access import inbox_of
from otayori.messaging.models import Message, Recipient, RecipientStudent
from otayori.roster.access import guardian, guardian_of
from otayori.roster.models import Guardian, Guardianship
from otayori.schools.models import Ward

PAGE = 30


@dataclass(frozen=True)
class Child:
    """A child as the list shows it: the name, and the place of its shape and colour."""

    mark: int
    name: str


@dataclass(frozen=True)
class Line:
    """One message in the list."""

    id: UUID
    title: str
    sender: str
    sent_at: datetime
    kind: str
    unread: bool
    children: list[Child]


@guardian
@gzip_page
def inbox(request: HttpRequest) -> HttpResponse:
    """Newest first, unread emergencies on top; `?page=` from 1, without counting pages."""
    page = _number(request.GET.get("page", ""))
    person = guardian_of(request)
    start = (page - 1) * PAGE
    found = list(_in_order(person)[start : start + PAGE + 1])
    children = children_by_id(person)
    lines = _lines(found[:PAGE], children)
    newer = page - 1 if page > 1 else None
    older = page + 1 if len(found) > PAGE else None
    context = {"lines": lines, "children": children, "page": page, "newer": newer, "older": older}
    return render(request, "family/inbox.html", context | {"nav_current": "inbox"})


def children_by_id(person: Guardian) -> dict[UUID, Child]:
    """The children this guardian may read about, by student id; each keeps its mark as others are added."""
    rows = Guardianship.objects.filter(guardian=person, blocked_at__isnull=True)
    ordered = rows.select_related("student").order_by("created_at", "pk")
    return {row.student_id: Child(mark, row.student.name) for mark, row in enumerate(ordered)}


def children_of_message(person: Guardian, row: Recipient) -> list[Child]:
    """The children one message is about, in one statement."""
    about = RecipientStudent.objects.filter(recipient=row, student=OuterRef("student"))
    rows = Guardianship.objects.filter(guardian=person, blocked_at__isnull=True)
    ordered = rows.annotate(about=Exists(about)).select_related("student").order_by("created_at", "pk")
    return [Child(mark, one.student.name) for mark, one in enumerate(ordered) if one.about]


def _children_in(found: list[Recipient], children: dict[UUID, Child]) -> dict[int, list[Child]]:
    """For each recipient row the children it is about, without those whose school has blocked it."""
    links = RecipientStudent.objects.filter(recipient__in=found, student__in=children)
    about: dict[int, list[Child]] = defaultdict(list)
    for recipient_id, student_id in links.values_list("recipient_id", "student_id"):
        about[recipient_id].append(children[student_id])
    return {key: sorted(marks, key=lambda child: child.mark) for key, marks in about.items()}


def sender_of(message: Message, board: str) -> str:
    """The school, or the board where the message is the board's."""
    return message.school.name if message.school is not None else board


def board_name(messages: list[Message]) -> str:
    """The board's name where one of the messages needs it."""
    if all(message.school_id for message in messages):
        return ""
    return Ward.objects.values_list("board", flat=True).first() or ""


def _in_order(person: Guardian) -> QuerySet[Recipient]:
    pinned = Case(
        When(message__urgency=Urgency.EMERGENCY.value, read_at__isnull=True, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    rows = inbox_of(person).select_related("message__school").annotate(pinned=pinned)
    return rows.defer("message__text", "message__audience").order_by("pinned", "-released_at", "-id")


def _lines(found: list[Recipient], children: dict[UUID, Child]) -> list[Line]:
    board = board_name([row.message for row in found])
    about = _children_in(found, children)
    return [
        Line(
            id=row.message_id,
            title=row.message.title,
            sender=sender_of(row.message, board),
            sent_at=row.released_at,
            kind=row.message.urgency,
            unread=row.read_at is None,
            children=about.get(row.pk, []),
        )
        for row in found
    ]


def _number(typed: str) -> int:
    return max(1, min(int(typed), 1000)) if typed.isdecimal() else 1
