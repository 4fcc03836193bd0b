"""The inbox: what was sent about all of a guardian's children, in one list."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from otayori.delivery.parcel import Urgency
from otayori.messaging.access import inbox_of
from otayori.messaging.models import Attachment, Message, Recipient, RecipientStudent
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
    files: int
    recalled: bool


Children = dict[int, list[Child]]  # by recipient


@guardian
@require_safe
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


def _about(found: list[Recipient], children: dict[UUID, Child]) -> tuple[Children, dict[int, int]]:
    """For each row the children it is about, without those whose school has blocked it, and its files."""
    files = Attachment.objects.filter(message=OuterRef("recipient__message"), state=Attachment.State.READY)
    counted = files.order_by().values("message").annotate(n=Count("id")).values("n")
    links = RecipientStudent.objects.filter(recipient__in=found, student__in=children)
    about: Children = defaultdict(list)
    counts: dict[int, int] = {}
    for row, student, number in links.values_list("recipient_id", "student_id", Subquery(counted)):
        about[row].append(children[student])
        counts[row] = number or 0
    return {key: sorted(marks, key=lambda child: child.mark) for key, marks in about.items()}, counts


def sender_of(message: Message, board: str) -> str:
    """The school, or the board where the message is the board's."""
    return message.school.name if message.school is not None else board


def board_name(messages: list[Message]) -> str:
    """The board's name where one of the messages needs it."""
    if all(message.school_id for message in messages):
        return ""
    return Ward.objects.values_list("board", flat=True).first() or ""


def _in_order(person: Guardian) -> QuerySet[Recipient]:
    emergency = {"message__urgency": Urgency.EMERGENCY.value, "message__recalled_at": None}
    pinned = Case(
        When(**emergency, read_at__isnull=True, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    rows = inbox_of(person).select_related("message__school").annotate(pinned=pinned)
    return rows.defer("message__text", "message__audience").order_by("pinned", "-released_at", "-id")


def _lines(found: list[Recipient], children: dict[UUID, Child]) -> list[Line]:
    board = board_name([row.message for row in found])
    about, files = _about(found, children)
    return [
        Line(
            id=row.message_id,
            sender=sender_of(row.message, board),
            sent_at=row.released_at,
            children=about.get(row.pk, []),
            recalled=row.message.recalled_at is not None,
            **_shown(row, files.get(row.pk, 0)),
        )
        for row in found
    ]


def _shown(row: Recipient, files: int) -> dict[str, Any]:
    """What the list tells of the message. Of a recalled one no word of its own: it may be what leaked."""
    message = row.message
    unread = row.read_at is None or 1 < message.version > row.read_version
    if message.recalled_at is not None:
        return {"title": _("お知らせの取り消し"), "kind": "", "files": 0, "unread": unread}
    return {"title": message.title, "kind": message.urgency, "files": files, "unread": unread}


def _number(typed: str) -> int:
    return max(1, min(int(typed), 1000)) if typed.isdecimal() else 1
