"""The dates of messages in the guardian's words: 11月28日(土) 10:00〜12:00, 11月30日(月) 17:00まで."""

from datetime import time

from django.utils.translation import gettext as _

from otayori.core.moments import day_text
from otayori.messaging.dates.find import Found
from otayori.messaging.models import MessageDate

Plan = Found | MessageDate


def plan_text(one: Plan) -> str:
    """Return the day and the time, as one phrase."""
    if one.until is not None:
        return _days(one)
    words = {"day": day_text(one.day), "time": clock_words(one)}
    if one.is_deadline and one.starts is None:
        return _("%(day)sまで") % words
    return _("%(day)s %(time)s") % words if one.starts else words["day"]


def clock_words(one: Plan) -> str:
    """Return the time of a single day, or ""."""
    if one.starts is None:
        return ""
    words = {"start": _clock(one.starts), "end": _clock(one.ends) if one.ends else ""}
    if one.is_deadline:
        return _("%(start)sまで") % words
    return _("%(start)s〜%(end)s") % words if one.ends else _("%(start)sから") % words


def time_words(one: Plan) -> str:
    """Return what stands beside a day that is said already: the time, or the days of several."""
    return _days(one) if one.until is not None else clock_words(one)


def _days(one: Plan) -> str:
    first, last = day_text(one.day), day_text(one.until or one.day)
    if one.starts and one.ends:
        first, last = f"{first} {_clock(one.starts)}", f"{last} {_clock(one.ends)}"
    return _("%(first)s〜%(last)s") % {"first": first, "last": last}


def _clock(at: time) -> str:
    return f"{at:%H:%M}"
