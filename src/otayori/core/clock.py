"""Time as the ward sees it: Asia/Tokyo on screens, school years from 1 April to 31 March."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

TOKYO = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return timezone.now()


def today() -> date:
    """Return today's date in Tokyo."""
    return now().astimezone(TOKYO).date()


def school_year(day: date | None = None) -> int:
    """Return the year in which the school year (年度) of `day` (default: today) began."""
    day = day or today()
    return day.year if day.month >= 4 else day.year - 1
