"""School years, months and days as spans of time in Tokyo; in addresses 2026, 2026-11. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from otayori.core.clock import TOKYO


@dataclass(frozen=True)
class Period:
    """From the day `first` to the day `last`. `year`: the school year (年度) that is all of it."""

    first: date
    last: date
    year: int | None = None

    @property
    def start(self) -> datetime:
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.last + timedelta(days=1))


def of_year(year: int) -> Period:
    """Return the school year that begins in April of `year`."""
    return Period(date(year, 4, 1), date(year + 1, 3, 31), year)


def of_month(year: int, month: int) -> Period:
    """Return a month of the calendar."""
    return Period(date(year, month, 1), month_after(year, month) - timedelta(days=1))


def of_day(day: date) -> Period:
    """Return a single day."""
    return Period(day, day)


def months_of(school_year: int) -> list[tuple[int, int]]:
    """Return the months of a school year, April first, each with its year."""
    return [(school_year + (month < 4), month) for month in (*range(4, 13), 1, 2, 3)]


def month_after(year: int, month: int) -> date:
    """Return the first day of the next month."""
    return date(year + month // 12, month % 12 + 1, 1)


def read(text: str) -> Period | None:
    """Read 2026 (a school year), 2026-11 or 2026-11-25; None for anything else."""
    parts = text.split("-")
    if not all(part.isascii() and part.isdecimal() and len(part) <= 4 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    try:
        if len(numbers) == 1:
            return of_year(numbers[0])
        return of_month(numbers[0], numbers[1]) if len(numbers) == 2 else of_day(date(*numbers))
    except (ValueError, TypeError, OverflowError):  # no such day, or more than three numbers
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=TOKYO)
