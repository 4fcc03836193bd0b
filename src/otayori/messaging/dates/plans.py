"""The dates of one message: what its title and text name and is worth a place in a calendar. Pure."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from otayori.messaging.dates.find import Found, find

MOST = 60  # a calendar of the whole year names more; whoever wants that one prints it
_TOKYO = ZoneInfo("Asia/Tokyo")


def plans(title: str, text: str, *, released_at: datetime, version: int = 1) -> list[Found]:
    """Return the dates of a message in order of time, each once, without those that had passed when it came.

    「明日」 counts in the first version alone: what a correction kept of it may be of another day.
    """
    written = released_at.astimezone(_TOKYO).replace(tzinfo=None)
    found = find(f"{title}\n{text}", written.date(), relative=version == 1)
    coming = [one for one in found if not _is_over(one, written)]
    kept = {(one.day, one.starts, one.until, one.is_deadline): one for one in reversed(coming)}
    return sorted(_without_vague(list(kept.values())), key=_in_time)[:MOST]


def _is_over(one: Found, at: datetime) -> bool:
    """本日午後2時30分ごろ in a message of 15:20 tells what has happened."""
    if one.until is None and one.day == at.date() and one.starts is not None:
        return (one.ends or one.starts) < at.time()
    return (one.until or one.day) < at.date()


def _without_vague(found: list[Found]) -> list[Found]:
    """Drop a day said without more where it is also said with its time, as a deadline, or as a first day."""
    told = {one.day for one in found if _is_more(one)}
    return [one for one in found if _is_more(one) or one.day not in told]


def _is_more(one: Found) -> bool:
    return one.starts is not None or one.is_deadline or one.until is not None


def _in_time(one: Found) -> tuple[date, str, int]:
    return one.day, one.starts.isoformat() if one.starts else "", one.start
