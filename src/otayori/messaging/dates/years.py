"""Which year a day without one belongs to: the school writes of what comes. Pure."""

from datetime import date, timedelta

BACK = timedelta(days=62)  # a letter speaks of what has just been; what is longer ago comes again
AHEAD = timedelta(days=150)  # beyond it, and beyond the school year, only a weekday makes sure
FAR = timedelta(days=731)

REIWA = 2018  # 令和元年 is 2019


def day_of(year: int, month: int, day: int) -> date | None:
    """Return the day, or None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def given(found: date | None, weekday: int | None, written: date) -> date | None:
    """Return a day that came with its year, unless it is none of the plans of who wrote on `written`."""
    if found is None or not written - BACK <= found <= written + FAR:
        return None
    return found if weekday in (None, found.weekday()) else None


def nearest(month: int, day: int, weekday: int | None, written: date) -> date | None:
    """Return the first such day not far before `written`; None where the weekday speaks against it."""
    years = range(written.year - 1, written.year + 5)  # 29 February is up to four years away
    days = [found for year in years if (found := day_of(year, month, day)) and found >= written - BACK]
    if not days or days[0] > written + FAR:
        return None
    if weekday is not None:
        return days[0] if days[0].weekday() == weekday else None
    school_year = written.year if written.month >= 4 else written.year - 1
    return days[0] if days[0] <= max(written + AHEAD, date(school_year + 1, 3, 31)) else None


def after(first: date, month: int, day: int, weekday: int | None) -> date | None:
    """Return the end of a span that begins on `first`: the next such day, in this year or the next."""
    for year in (first.year, first.year + 1):
        found = day_of(year, month, day)
        if found and found > first:
            return found if weekday in (None, found.weekday()) else None
    return None
