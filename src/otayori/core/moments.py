"""Days and moments in words, in school time: 11月25日(火) 13:00, 明日.

Digits are those of the clock on the wall (0-9), and hours go to 24, in every language: a time is compared
with the Japanese original and shown to a teacher.
"""

from datetime import date, datetime

from babel.dates import format_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from otayori.core import languages
from otayori.core.clock import TOKYO, today

# CLDR patterns of a day this year, of another year, of a month, and of a month without its year.
# Months are written out where their short forms can be mistaken.
_PATTERNS = {
    "zh-hans": ("M月d日 EEE", "y年M月d日 EEE", "y年M月", "M月"),
    "ko": ("M월 d일 (EEE)", "y년 M월 d일 (EEE)", "y년 M월", "M월"),
    "vi": ("EEE, d MMMM", "EEE, d MMMM, y", "LLLL, y", "LLLL"),
    "ne": ("d MMMM, EEE", "d MMMM y, EEE", "LLLL y", "LLLL"),
    "my": ("MMMM d, EEE", "y MMMM d, EEE", "y LLLL", "LLLL"),
    "tl": ("EEE, MMM d", "EEE, MMM d, y", "LLLL y", "LLLL"),
    "pt": ("EEE, d 'de' MMM", "EEE, d 'de' MMM 'de' y", "LLLL 'de' y", "LLLL"),
    "es": ("EEE, d 'de' MMM", "EEE, d 'de' MMM 'de' y", "LLLL 'de' y", "LLLL"),
}
# Django's patterns of the same; its words are at hand already
_DJANGO = {
    "ja": ("n月j日(D)", "Y年n月j日(D)", "Y年n月", "n月"),
    "en": ("D j M", "D j M Y", "F Y", "F"),
}


def day_text(day: date) -> str:
    """Return 11月25日(火), with the year where it is another one."""
    return _written(day, 0 if day.year == today().year else 1)


def full_text(moment: datetime) -> str:
    """Return 2026年11月25日(火) 13:00: what is kept for years, as a mail is, names the year."""
    local = moment.astimezone(TOKYO)
    return f"{_written(local.date(), 1)} {local:%H:%M}"


def month_text(first: date, *, year: bool = True) -> str:
    """Return 2026年11月 of the month that begins with `first`; 11月 without the year."""
    return _written(first, 2 if year else 3)


def _written(day: date, which: int) -> str:
    language = languages.current()
    if language.code in _DJANGO:
        return date_format(day, _DJANGO[language.code][which])
    return str(format_date(day, _PATTERNS[language.code][which], locale=language.cldr))


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
