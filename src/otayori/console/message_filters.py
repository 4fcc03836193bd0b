"""The filters above the list of messages: read from an address or a form, and shown with what is chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from otayori.accounts.access import Access
from otayori.core import clock
from otayori.core.moments import day_text, month_text
from otayori.messaging import periods
from otayori.messaging.audience import Target
from otayori.messaging.filter_messages import Filters, classes_of
from otayori.messaging.models import URGENCY_CHOICES, Category
from otayori.messaging.senders import sender_key
from otayori.messaging.state import STATES
from otayori.roster.order import class_order
from otayori.schools import grades
from otayori.schools.models import Classroom, School, SchoolYear

ALL = "all"

Options = list[tuple[str, str]]


@dataclass(frozen=True)
class Select:
    """One control: groups of options, each with its label ("" for none)."""

    name: str
    label: str
    groups: list[tuple[str, Options]]
    chosen: str
    usual: str = ""  # what it is when nobody has chosen


@dataclass(frozen=True)
class FilterBar:
    """The filters that hold, and the controls that show them."""

    filters: Filters
    selects: list[Select]
    ticks: list[tuple[str, str, bool]]  # name, label, chosen
    classrooms: list[Classroom]

    @property
    def is_filtered(self) -> bool:
        """Tell whether the list is narrower than what everybody sees first."""
        chosen = any(select.chosen != select.usual for select in self.selects)
        return chosen or any(tick for _name, _label, tick in self.ticks)

    @property
    def query(self) -> Options:
        """What is chosen, as names and values for a form or an address."""
        chosen = [(select.name, select.chosen) for select in self.selects if select.chosen != select.usual]
        return chosen + [(name, "1") for name, _label, tick in self.ticks if tick]

    @property
    def in_words(self) -> list[str]:
        """What is chosen, in words; the time always."""
        words = []
        for select in self.selects:
            if select.chosen != select.usual or select.name == "when":
                labels = {value: label for _name, options in select.groups for value, label in options}
                words.append(labels[select.chosen])
        return words + [label for _name, label, tick in self.ticks if tick]


def filter_bar(data: QueryDict, access: Access) -> FilterBar:
    """Read the filters; a value that is none of ours filters nothing."""
    by = _senders(access)
    usual_sender = str(access.school.id) if access.school and by else ""
    sender = _select(data, "sender", _("差出人"), [("", [("", _("すべて")), *by])], usual_sender)
    year = str(clock.school_year())
    when = _select(data, "when", _("時期"), _times(data.get("when", "")), year)
    period = periods.read(when.chosen)
    rooms = _classrooms(access, sender.chosen, period)
    selects = [
        *([sender] if by else []),
        when,
        _plain(data, "state", _("状態"), zip(STATES, _state_words(), strict=True)),
        _plain(data, "urgency", _("緊急度"), URGENCY_CHOICES),
        _plain(data, "category", _("種類"), Category.choices),
        *([_plain(data, "to", _("宛先"), _classes(rooms))] if rooms else []),
    ]
    chosen = {select.name: select.chosen for select in selects}
    ticks = [(name, label, data.get(name) == "1") for name, label in _tick_words()]
    ticked = {name for name, _label, tick in ticks if tick}
    filters = Filters(
        state=chosen["state"],
        urgency=chosen["urgency"],
        category=chosen["category"],
        sender=sender.chosen if by else "",
        period=period,
        whom=classes_of(chosen.get("to", ""), rooms),
        mine="mine" in ticked,
        files="files" in ticked,
    )
    return FilterBar(filters, selects, ticks, rooms)


def _state_words() -> tuple[str, ...]:
    return _("下書き"), _("承認待ち"), _("予約"), _("送信中"), _("送信済み"), _("停止"), _("取り消し済み")


def _tick_words() -> Options:
    return [("mine", _("自分が作成")), ("files", _("ファイルあり"))]


def _plain(data: QueryDict, name: str, label: str, options: Iterable[tuple[str, Any]]) -> Select:
    return _select(data, name, label, [("", [("", _("すべて")), *((v, str(word)) for v, word in options)])])


def _select(
    data: QueryDict, name: str, label: str, groups: list[tuple[str, Options]], usual: str = ""
) -> Select:
    known = {value for _label, options in groups for value, _word in options}
    asked = data.get(name, usual)
    return Select(name, label, groups, asked if asked in known else usual, usual)


def _senders(access: Access) -> Options:
    """Senders to filter by: none where a person belongs to one school alone."""
    possible: list[School | None] = [None] if access.is_ward_wide else []
    possible += access.schools
    if len(possible) < 2:
        return []
    return [(sender_key(s), s.name if s else _("教育委員会")) for s in possible]


def _times(asked: str) -> list[tuple[str, Options]]:
    """The present school year and its months, then the years before; a single day where one is asked for."""
    now = clock.school_year()
    years = set(SchoolYear.objects.filter(year__lte=now).values_list("year", flat=True)) | {now}
    groups = []
    for year in sorted(years, reverse=True):
        is_now = year == now
        whole = _("今年度") if is_now else _("%(year)s年度") % {"year": year}
        firsts = [date(*month, 1) for month in periods.months_of(year)]
        months = [(f"{first:%Y-%m}", month_text(first, year=not is_now)) for first in firsts]
        groups.append((whole, [(str(year), whole), *months]))
    groups.append((_("そのほか"), [(ALL, _("すべての年度"))]))
    day = periods.read(asked) if asked.count("-") == 2 else None
    return [*([("", [(asked, day_text(day.first))])] if day else []), *groups]


def _classrooms(access: Access, sender: str, period: periods.Period | None) -> list[Classroom]:
    """The classes to filter by: of the school that sends, in the school year that is looked at."""
    only = access.school if len(access.schools) == 1 and not access.is_ward_wide else None
    school = only or next((school for school in access.schools if str(school.id) == sender), None)
    if school is None:
        return []
    year = clock.school_year(period.first) if period else clock.school_year()
    rooms = Classroom.objects.filter(school=school, year_id=year).select_related("school")
    return sorted(rooms, key=lambda room: class_order(room.grade, room.name))


def _classes(rooms: list[Classroom]) -> Options:
    options: Options = []
    for grade in dict.fromkeys(room.grade for room in rooms):
        same = [room for room in rooms if room.grade == grade]
        whole = Target(kind="grade", id=same[0].school_id, grade=grade)
        options.append((whole.key, grades.grade_label(grade, kind=same[0].school.kind)))
        options += [(Target(kind="classroom", id=room.id).key, room.label) for room in same]
    return options
