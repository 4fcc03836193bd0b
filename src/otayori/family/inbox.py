"""The inbox: what was sent about all of a guardian's children, in one list."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from otayori.core import clock
from otayori.family.filter_inbox import Child, Filters, read_filters
from otayori.messaging.access import inbox_of
from otayori.messaging.inbox import DATED, in_order, narrow
from otayori.messaging.models import Attachment, Message, Recipient, RecipientStudent
from otayori.roster.access import guardian, guardian_of
from otayori.roster.models import Guardian, Guardianship
from otayori.schools.models import Ward

PAGE: Final = 30
# The phones fetch ahead what they will look for later (fetch_ahead.js), never while many are about to read
CALM_AFTER: Final = timedelta(minutes=10)
RUSH: Final = range(6, 9)  # hours in Tokyo in which families report absences and schools send for the morning


@dataclass(frozen=True)
class Line:
    """One message in the list."""

    id: UUID
    title: str
    sender: str
    at: datetime  # when it was sent or, recalled, when that was
    kind: str
    unread: bool
    children: list[Child]
    files: int
    corrected: bool
    recalled: bool
    version: int


@dataclass(frozen=True)
class Section:
    """Lines under one heading: a day, or (None) what is important and not read yet."""

    day: date | None
    lines: list[Line]


Children = dict[int, list[Child]]  # by recipient


@guardian
@require_safe
@gzip_page
def inbox(request: HttpRequest) -> HttpResponse:
    """What is new and can't wait, then all by day; `?page=` from 1, without counting pages."""
    page = _number(request.GET.get("page", ""))
    person = guardian_of(request)
    children = children_by_id(person)
    filters = read_filters(request.GET.dict(), children)
    start = (page - 1) * PAGE
    found = list(_rows(person, filters)[start : start + PAGE + 1])
    context = {
        "sections": _sections(found[:PAGE], children),
        "children": children,
        "filters": filters,
        "page": page,
        "newer": page - 1 if page > 1 else None,
        "older": page + 1 if len(found) > PAGE else None,
        "calm": page == 1 and not filters.chosen and _is_calm(found),
    }
    return render(request, "family/inbox.html", context | {"nav_current": "inbox"})


def children_by_id(person: Guardian) -> dict[UUID, Child]:
    """The children this guardian may read about, by student id; each keeps its mark as others are added."""
    rows = Guardianship.objects.filter(guardian=person, blocked_at__isnull=True)
    ordered = rows.select_related("student__school").order_by("created_at", "pk")
    return {
        row.student_id: Child(mark, row.student.name, row.student.school_id, row.student.school.name)
        for mark, row in enumerate(ordered)
    }


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


def _rows(person: Guardian, filters: Filters) -> QuerySet[Recipient]:
    rows = in_order(narrow(inbox_of(person), filters.wanted)).select_related("message__school")
    return rows.defer("message__text", "message__audience")


def _is_calm(found: list[Recipient]) -> bool:
    """Tell whether it is a time at which 20,000 phones may fetch what nobody reads yet."""
    now = clock.now()
    recent = any(row.released_at > now - CALM_AFTER for row in found)
    return not recent and now.astimezone(clock.TOKYO).hour not in RUSH


def _sections(found: list[Recipient], children: dict[UUID, Child]) -> list[Section]:
    lines = _lines(found, children)
    dated = groupby(zip(found, lines, strict=True), key=lambda pair: _day(pair[0]))
    return [Section(day, [line for _row, line in pairs]) for day, pairs in dated]


def _day(row: Recipient) -> date | None:
    return row.released_at.astimezone(clock.TOKYO).date() if row.rank == DATED else None  # type: ignore[attr-defined]


def _lines(found: list[Recipient], children: dict[UUID, Child]) -> list[Line]:
    board = board_name([row.message for row in found])
    about, files = _about(found, children)
    return [
        Line(
            id=row.message_id,
            sender=sender_of(row.message, board),
            at=row.message.recalled_at or row.released_at,
            children=about.get(row.pk, []),
            recalled=row.message.recalled_at is not None,
            version=row.message.version,
            **_shown(row, files.get(row.pk, 0)),
        )
        for row in found
    ]


def _shown(row: Recipient, files: int) -> dict[str, Any]:
    """What the list tells of the message. Of a recalled one no word of its own: it may be what leaked."""
    message = row.message
    unread = row.read_at is None or 1 < message.version > row.read_version
    nothing = {"title": _("お知らせの取り消し"), "kind": "", "files": 0, "corrected": False}
    if message.recalled_at is not None:
        return nothing | {"unread": unread}
    words = {"title": message.title, "kind": message.urgency, "corrected": message.version > 1}
    return words | {"files": files, "unread": unread}


def _number(typed: str) -> int:
    return max(1, min(int(typed[:9]), 1000)) if typed.isdecimal() else 1
