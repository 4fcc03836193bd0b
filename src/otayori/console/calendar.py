"""The calendar: a month with what went out and what is to go out on each day."""

from calendar import Calendar
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from otayori.accounts.access import access_of, staff
from otayori.console.place import school_in_view
from otayori.core import clock
from otayori.core.moments import month_text
from otayori.messaging import periods
from otayori.messaging.calendar import Entry, entries
from otayori.messaging.senders import senders

SHOWN = 4  # of a day; the others are a link away
USUAL_TIME = "16:00"  # of a message that is begun from a day
_SUNDAY = 6


@staff
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The month in the address, else this one; of the school the pages are about, or all this person sees."""
    access = access_of(request)
    school = school_in_view(request)
    month = _month(request.GET.get("month", ""))
    days = entries(access, school, month)
    context = {
        "nav_current": "messages",
        "school": school,
        "asked_school": school if "school" in request.GET else None,
        "heading": month_text(month.first),
        "earlier": f"{month.first - timedelta(days=1):%Y-%m}",
        "later": f"{month.last + timedelta(days=1):%Y-%m}",
        "is_present": month.first <= clock.today() <= month.last,
        "weekdays": [_weekday(day) for day in _weeks(month.first)[0]],
        "weeks": [[_cell(day, month, days) for day in week] for week in _weeks(month.first)],
        "is_empty": not days,
        "may_write": bool(senders(access)),
    }
    return render(request, "console/calendar.html", context)


def chosen_day(request: HttpRequest) -> dict[str, str]:
    """Return the fields of the compose form for the day it was called from; {} without one."""
    day = periods.read(request.GET.get("day", ""))
    if day is None or day.first != day.last:
        return {}
    return {"release_at_0": day.first.isoformat(), "release_at_1": USUAL_TIME}


def _month(asked: str) -> periods.Period:
    today = clock.today()
    period = periods.read(asked) if asked.count("-") == 1 else None
    if period is None or abs(period.first.year - today.year) > 20:
        return periods.of_month(today.year, today.month)
    return period


def _weeks(first: date) -> list[list[date]]:
    return Calendar(_SUNDAY).monthdatescalendar(first.year, first.month)


def _cell(day: date, month: periods.Period, days: dict[date, list[Entry]]) -> dict[str, Any]:
    if not month.first <= day <= month.last:
        return {"is_outside": True}
    found = days.get(day, [])
    return {
        "day": day,
        "is_today": day == clock.today(),
        "is_ahead": day > clock.today(),
        "entries": found[:SHOWN],
        "rest": len(found) - SHOWN if len(found) > SHOWN else 0,
        "total": len(found),
    }


def _weekday(day: date) -> tuple[str, str]:
    """The short word, and the whole one for a screen reader."""
    return date_format(day, "D"), date_format(day, "l")
