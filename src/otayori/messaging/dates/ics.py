"""Write dates for calendar programs (iCalendar, RFC 5545). No name of a child stands in them.

Calendars lie with companies that do not work for the ward, and are shared within families and offices. So
of a message to single families not even the title is told: only that the school has written, and where.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, TimezoneStandard

from otayori.core.clock import TOKYO
from otayori.messaging.dates.find import Found
from otayori.messaging.models import Message, MessageDate

MEDIA_TYPE = "text/calendar; charset=utf-8"
REFRESH = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Entry:
    """One date of a message, as a calendar is to show it. `sender`: the school or the board."""

    message: Message
    number: int
    date: Found | MessageDate
    sender: str


def single(entry: Entry) -> bytes:
    """Return a file with this one date; adding it again replaces it."""
    return bytes(_calendar([entry]).to_ical())


def feed(entries: Iterable[Entry], name: str) -> bytes:
    """Return a calendar to be subscribed to, shown under `name`. The same dates give the same bytes."""
    calendar = _calendar(entries)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", TOKYO.key)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    return bytes(calendar.to_ical())


def uid(message_id: UUID, number: int) -> str:
    """Return the name by which calendars know a date again."""
    return f"{message_id}-{number}@{urlsplit(settings.OTAYORI_BASE_URL).hostname}"


def _calendar(entries: Iterable[Entry]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Otayori//Otayori//JA")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_tokyo())
    for entry in entries:
        calendar.add_component(_event(entry))
    return calendar


def _tokyo() -> Timezone:
    """Japan's time has not changed since 1951: one rule is all of it."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", TOKYO.key)
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - local time by definition
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=9))
    standard.add("tzname", "JST")
    zone.add_component(standard)
    return zone


def _event(entry: Entry) -> Event:
    message, event = entry.message, Event()
    url = f"{settings.OTAYORI_BASE_URL}/m/{message.id}"
    event.add("uid", uid(message.id, entry.number))
    event.add("sequence", message.version)
    event.add("dtstamp", message.recalled_at or message.changed_at)
    _add_time(event, entry.date)
    event.add("summary", _summary(entry))
    event.add("description", url)
    event.add("url", url)
    if message.recalled_at is not None:
        event.add("status", "CANCELLED")
    if entry.date.starts is None or entry.date.is_deadline:
        event.add("transp", "TRANSPARENT")  # nobody is busy all day because a form is due
    return event


def _summary(entry: Entry) -> str:
    message = entry.message
    if message.recalled_at is not None:
        return _("取り消されたお知らせ")
    names = {"title": message.title, "school": entry.sender}
    if message.individual and entry.date.is_deadline:
        return _("【締切】学校からのお知らせ")
    if message.individual:
        return _("学校からのお知らせ")
    if entry.date.is_deadline:
        return _("【締切】%(title)s（%(school)s）") % names
    return _("%(title)s（%(school)s）") % names


def _add_time(event: Event, one: Found | MessageDate) -> None:
    last = one.until or one.day
    if one.starts is None or (one.until and one.ends is None):
        event.add("dtstart", one.day)
        event.add("dtend", last + timedelta(days=1))  # DTEND is the first day it is over
        return
    event.add("dtstart", _at(one.day, one.starts))
    if one.ends is not None:
        event.add("dtend", _at(last, one.ends))


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=TOKYO)
