"""Days and moments in words, in school time: 11月25日(火) 13:00, 明日."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from otayori.core.clock import TOKYO, today


def day_text(day: date) -> str:
    """Return 11月25日(火), with the year where it is another one."""
    this_year = day.year == today().year
    if (get_language() or "ja").startswith("ja"):
        return date_format(day, "n月j日(D)" if this_year else "Y年n月j日(D)")
    return date_format(day, "D j M" if this_year else "D j M Y")


def month_text(first: date, *, year: bool = True) -> str:
    """Return 2026年11月 of the month that begins with `first`; 11月 without the year."""
    if (get_language() or "ja").startswith("ja"):
        return date_format(first, "Y年n月" if year else "n月")
    return date_format(first, "F Y" if year else "F")


def moment_text(moment: datetime) -> str:
    """Return 11月25日(火) 13:00 within a sentence."""
    local = moment.astimezone(TOKYO)
    return f"{day_text(local.date())} {local:%H:%M}"


def clock_text(moment: datetime) -> str:
    """Return 13:00 for a moment of today, else the day too."""
    local = moment.astimezone(TOKYO)
    return f"{local:%H:%M}" if local.date() == today() else moment_text(moment)


def beside(day: date) -> str:
    """Return 昨日, 今日 or 明日, which stand beside the date; "" for other days."""
    words = {-1: _("昨日"), 0: _("今日"), 1: _("明日")}
    return words.get((day - today()).days, "")
