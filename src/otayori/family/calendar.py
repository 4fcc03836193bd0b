"""予定: the dates that the messages of all the guardian's children name, by day; and their feed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from otayori.core import clock
from otayori.family.date_words import time_words
from otayori.family.filter_inbox import Child
from otayori.family.inbox import board_name, children_by_id, sender_of
from otayori.messaging.dates import feed, keep
from otayori.messaging.dates.coming import dates_for
from otayori.messaging.models import CalendarFeed, MessageDate, RecipientStudent
from otayori.roster.access import guardian, guardian_of
from otayori.roster.models import Guardian

AHEAD = timedelta(days=60)
BACK = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """One date of one message. `when`: what the heading, its day, does not say."""

    id: UUID
    number: int
    title: str
    sender: str
    when: str
    is_deadline: bool
    children: list[Child]


class Day(TypedDict):
    """A day and what is on it."""

    day: date
    lines: list[Line]


@guardian
@require_safe
@gzip_page
def calendar(request: HttpRequest) -> HttpResponse:
    """Two months from today; the last week is folded away below."""
    person = guardian_of(request)
    today = clock.today()
    keep.catch_up(person)
    rows = [
        row
        for row in dates_for(person, since=today - BACK, before=today + AHEAD)
        if row.message.recalled_at is None
    ]
    days = _by_day(person, rows, today)
    context = {
        "coming": [one for one in days if one["day"] >= today],
        "past": [one for one in days if one["day"] < today],
        "nav_current": "calendar",
    }
    return render(request, "family/calendar.html", context)


@guardian
@require_safe
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """Say what the guardian's own calendar can show, and whether an address for it is open."""
    found = CalendarFeed.objects.filter(guardian=guardian_of(request)).first()
    return render(request, "family/calendar_feed.html", {"feed": found, "nav_current": "calendar"})


@guardian
@require_POST
def make_feed(request: HttpRequest) -> HttpResponse:
    """Make the address and show it, this once: the page is no redirect, as the secret is kept nowhere."""
    address = request.build_absolute_uri(f"/feed/{feed.make(guardian_of(request))}.ics")
    scheme, _colon, rest = address.partition(":")
    context = {"address": address, "webcal": f"webcal:{rest}", "nav_current": "calendar"}
    return render(request, "family/calendar_feed_made.html", context | {"secure": scheme == "https"})


@guardian
@require_POST
def stop_feed(request: HttpRequest) -> HttpResponse:
    """Close the address."""
    feed.stop(guardian_of(request))
    messages.success(request, _("カレンダーのアドレスを使えなくしました。"))
    return redirect("family:calendar_feed")


def _by_day(person: Guardian, rows: list[MessageDate], today: date) -> list[Day]:
    """What has begun and goes on stands under today."""
    board = board_name([row.message for row in rows])
    children = _children(person, rows)
    days: dict[date, list[Line]] = defaultdict(list)
    for row in rows:
        is_on = row.until is not None and row.day < today <= row.until
        days[today if is_on else row.day].append(
            Line(
                id=row.message_id,
                number=row.number,
                title=row.message.title,
                sender=sender_of(row.message, board),
                when=time_words(row),
                is_deadline=row.is_deadline,
                children=children.get(row.message_id, []),
            )
        )
    return [{"day": day, "lines": days[day]} for day in sorted(days)]


def _children(person: Guardian, rows: list[MessageDate]) -> dict[UUID, list[Child]]:
    """For each message the children it is about, without those whose school has blocked the guardian."""
    children = children_by_id(person)
    links = RecipientStudent.objects.filter(
        recipient__guardian=person,
        recipient__message__in={row.message_id for row in rows},
        student__in=children,
    )
    about: dict[UUID, list[Child]] = defaultdict(list)
    for message_id, student_id in links.values_list("recipient__message_id", "student_id"):
        about[message_id].append(children[student_id])
    return {key: sorted(marks, key=lambda child: child.mark) for key, marks in about.items()}
