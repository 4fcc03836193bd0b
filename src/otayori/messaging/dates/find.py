"""Find the days and times in a letter of a school. Pure, and never certain: in doubt it finds nothing.

A guardian who is offered a wrong day is worse off than one who is offered none. So a weekday that contradicts
its date, 1/2 that may be a half, and 1時 that may be at night are passed over.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from otayori.messaging.dates import patterns as look
from otayori.messaging.dates import years

_WORDS = {"本日": 0, "今日": 0, "明日": 1, "あした": 1, "あす": 1, "明後日": 2, "あさって": 2}
_EARLIEST = 6  # o'clock: what is earlier and says neither 午前 nor 午後 may mean the afternoon
_LOOK_BACK = 16  # characters in which 「提出期限：」 stands before its day


@dataclass(frozen=True, slots=True)
class Found:
    """A day in a text, from `start` up to `end`. `until`: the last day of several; times are Tokyo's."""

    start: int
    end: int
    day: date
    starts: time | None = None
    ends: time | None = None
    until: date | None = None
    is_deadline: bool = False


@dataclass(frozen=True, slots=True)
class _Day:
    """A token that names a day, or only looks so (`day` None); `month` is what it says of the month."""

    end: int
    day: date | None
    month: int | None
    is_sure: bool  # a weekday or a year stands with it


def find(text: str, written: date, *, relative: bool = True) -> list[Found]:
    """Return the days that a text of the day `written` names, in order, without overlap.

    `relative`: whether 明日 may be read as the day after it; not where the words may be of another day.
    """
    folded = look.fold(text)
    found: list[Found] = []
    month: int | None = None
    expected: date | None = None
    place = 0
    while token := look.DAY.search(folded, place):
        reader = _Reader(folded, written, month, relative)
        one = reader.read(token, found[-1] if found else None)
        month = reader.month
        place = max(reader.end, token.end())
        if one is not None and expected in (None, one.day):  # 明日11月28日(土) on a day before the 26th
            found.append(one)
        expected = reader.expected
    return found


class _Reader:
    """Reads one date from where its day begins; knows the month that was named last."""

    def __init__(self, folded: str, written: date, month: int | None, relative: bool) -> None:
        self.text, self.written, self.month, self.relative = folded, written, month, relative
        self.end = 0
        self.expected: date | None = None  # what the date that follows has to be

    def read(self, token: re.Match[str], before: Found | None) -> Found | None:
        """Return the date at the token, or None; `end` is where to go on."""
        first = self._day(token, before)
        self.end, self.month = first.end, first.month or self.month
        if first.day is None:
            return None
        one = self._span(self._times(Found(token.start(), first.end, first.day)))
        if one is None:
            return None
        has_context = one.starts or one.until or look.UNTIL.match(self.text, one.end)
        if token["slash"] and not (first.is_sure or has_context or one.day.day > 12):
            return None  # 1/2 may be a half
        one = self._deadline(one)
        self.end = one.end
        return None if look.NO_DAY.match(self.text, one.end) else one

    def _day(self, token: re.Match[str], before: Found | None) -> _Day:
        if token["word"]:
            return self._relative(token)
        end, weekday = self._weekday(token.end())
        if token["alone"] or token["short"]:
            return self._alone(token, before)
        if token["iso"]:
            year, month, day = (int(part) for part in re.split(r"[/.-]", token["iso"]))
            return _Day(end, years.given(years.day_of(year, month, day), weekday, self.written), month, True)
        if token["month"]:
            month = int(token["month"])
            return _Day(token.end(), None, month if 1 <= month <= 12 else None, False)
        month, day = _month_and_day(token)
        year_given = _year(token)
        if year_given is not None:
            found = years.given(years.day_of(year_given, month, day), weekday, self.written)
            return _Day(end, found, month, True)
        found = years.nearest(month, day, weekday, self.written)
        return _Day(end, found, month if 1 <= month <= 12 else None, weekday is not None)

    def _alone(self, token: re.Match[str], before: Found | None) -> _Day:
        """28日(土) after a month was named; without its weekday only in a list: 11月28日・29日."""
        day = int(token["alone"] or token["short"])
        end, weekday = self._weekday(token.end())
        in_list = before is not None and look.JOIN.fullmatch(self.text, before.end, token.start())
        is_meant = in_list if token["short"] else in_list or weekday is not None
        if self.month is None or not is_meant:
            return _Day(token.end(), None, None, False)
        if before is not None and before.day.month == self.month:
            found = years.day_of(before.day.year, self.month, day)
            return _Day(end, years.given(found, weekday, self.written), None, True)
        return _Day(end, years.nearest(self.month, day, weekday, self.written), None, True)

    def _relative(self, token: re.Match[str]) -> _Day:
        word, end = token["word"], token.end()
        after_kana = word[0] == "あ" and "ぁ" <= self.text[token.start() - 1 : token.start()] <= "ん"
        surely = look.SURELY.match(self.text, end)
        likely = _WORDS[word] > 0 and look.LIKELY.match(self.text, end)
        if not self.relative or after_kana or not (surely or likely):
            return _Day(end, None, None, False)
        day = self.written + timedelta(days=_WORDS[word])
        if self._has_date(end):
            self.expected = day
            return _Day(end, None, day.month, False)  # 明日11月28日(土): the date that follows is read
        end, weekday = self._weekday(end)
        return _Day(end, day if weekday in (None, day.weekday()) else None, None, True)

    def _has_date(self, place: int) -> bool:
        follows = re.compile(r"[ 、,(]{0,2}").match(self.text, place)
        date_there = look.DAY.match(self.text, follows.end()) if follows else None
        return bool(date_there and not date_there["word"] and not date_there["month"])

    def _weekday(self, place: int) -> tuple[int, int | None]:
        behind = look.BEHIND.match(self.text, place)
        if behind is None:
            return place, None
        letter = behind["a"] or behind["b"]
        return behind.end(), look.WEEKDAYS.index(letter) if letter else None

    def _times(self, one: Found) -> Found:
        told = look.TIME.match(self.text, one.end)
        starts = _time(told, "a") if told else None
        if told is None or starts is None:
            return one
        end = told.end() if told["end"] else told.end("time")
        ends = _time(told, "b", since=starts) if told["end"] else None
        return replace(one, starts=starts, ends=ends, end=end)

    def _span(self, one: Found) -> Found | None:
        """Add the last day where the text goes on with 〜 and a day; None where that day can't be."""
        to = look.RANGE.match(self.text, one.end)
        token = to and (look.DAY.match(self.text, to.end()) or look.SHORT.match(self.text, to.end()))
        if not token or one.ends is not None:
            return one
        parts = token.groupdict()
        if parts.get("word") or parts.get("month") or parts.get("iso"):
            return one
        month, day = _month_and_day(token) if parts.get("m") or parts.get("slash") else (one.day.month, 0)
        day = day or int(parts.get("alone") or parts["d"])
        end, weekday = self._weekday(token.end())
        until = years.after(one.day, month, day, weekday)
        if until is None:
            self.end = end
            return None
        if until - one.day > timedelta(days=366):
            return one
        self.month = month
        last = self._times(Found(one.start, end, until))
        return replace(one, until=until, end=last.end, ends=last.starts if one.starts else None)

    def _deadline(self, one: Found) -> Found:
        behind = look.UNTIL.match(self.text, one.end)
        if one.until is not None or one.ends is not None:  # 13時から15時まで, 1月7日まで: a span
            return replace(one, end=behind.end()) if behind and behind[0].endswith("まで") else one
        before = look.DUE.search(self.text[max(0, one.start - _LOOK_BACK) : one.start])
        return (
            replace(one, is_deadline=True, end=behind.end() if behind else one.end)
            if behind or before
            else one
        )


def _month_and_day(token: re.Match[str]) -> tuple[int, int]:
    parts = token.groupdict()
    if parts.get("slash"):
        month, day = parts["slash"].split("/")
        return int(month), int(day)
    return int(parts["m"]), int(parts["d"])


def _year(token: re.Match[str]) -> int | None:
    era = token["reiwa"] or token["r"]
    if era:
        return years.REIWA + (1 if era == "元" else int(era))
    return int(token["year"]) if token["year"] else None


def _time(told: re.Match[str], which: str, since: time | None = None) -> time | None:
    """Return a time of day, or None where it may be another. `since`: the beginning, where it is an end."""
    half = told[f"{which}half"]
    if told[f"{which}noon"]:
        return time(12)
    hour = int(told[f"{which}h"] or told[f"{which}hj"])
    minute = int(told[f"{which}m"] or told[f"{which}mj"] or (30 if told[f"{which}30"] else 0))
    if half in ("午後", "PM") and hour < 12:
        hour += 12
    elif not half and since is not None and hour < 12 <= since.hour:
        hour += 12  # 午後1時から3時まで
    if not (hour < 24 and minute < 60):
        return None
    if since is not None:
        return time(hour, minute) if time(hour, minute) > since else None
    return time(hour, minute) if half or hour >= _EARLIEST else None
