"""The filters of the inbox: read from its address, and the links that set and drop them.

An address names no child and no school: it has the place of each in the guardian's own family.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _

from otayori.messaging.inbox import KINDS, URGENT, Wanted

BOARD: Final = "0"  # the place of the board among the schools


@dataclass(frozen=True)
class Child:
    """A child as the list shows it: the name, and the place of its shape and colour."""

    mark: int
    name: str
    school_id: UUID | None = None
    school: str = ""


@dataclass(frozen=True)
class Choice:
    """A filter that can be set or dropped by following its link."""

    label: str
    query: str  # of the address that sets it or, where it is on, drops it
    on: bool
    child: int | None = None  # the child's mark


@dataclass(frozen=True)
class Filters:
    """The filters as they stand in the address, without what means nothing."""

    wanted: Wanted
    chosen: Mapping[str, str]
    choices: Sequence[Choice]

    @property
    def query(self) -> str:
        """The filters again, for the address of another page of the list."""
        return urlencode(self.chosen)


def read_filters(typed: Mapping[str, str], children: Mapping[UUID, Child]) -> Filters:
    """Read the filters of an address; what names nothing of this family is left out."""
    students = {str(child.mark): (student, child) for student, child in children.items()}
    schools = _schools(children.values())
    allowed = {"unread": {"1"}, "child": set(students), "kind": set(KINDS), "school": {BOARD, *schools}}
    chosen = {name: typed[name] for name, known in allowed.items() if typed.get(name) in known}
    child, school = chosen.get("child", ""), chosen.get("school", "")
    wanted = Wanted(
        student=students[child][0] if child else None,
        school=schools[school][0] if school in schools else None,
        board=school == BOARD,
        kind=chosen.get("kind", ""),
        unread="unread" in chosen,
    )
    family = [child for _student, child in students.values()]
    return Filters(wanted, chosen, _choices(chosen, family, schools))


def _schools(children: Iterable[Child]) -> dict[str, tuple[UUID, str]]:
    """The schools of the children by their place, from 1 in the order of the children."""
    found: dict[UUID, str] = {}
    for child in children:
        if child.school_id:
            found.setdefault(child.school_id, child.school)
    return {str(place): one for place, one in enumerate(found.items(), start=1)}


def _choices(
    chosen: Mapping[str, str], family: Sequence[Child], schools: Mapping[str, tuple[UUID, str]]
) -> list[Choice]:
    kinds = {URGENT: _("緊急・重要"), "normal": _("通常"), "leaflet": _("配布物")}
    named: list[tuple[str, str, str, int | None]] = [("unread", "1", _("未読だけ"), None)]
    if len(family) > 1:
        named += [("child", str(child.mark), child.name, child.mark) for child in family]
    named += [("kind", kind, label, None) for kind, label in kinds.items()]
    named += [("school", place, name, None) for place, (_id, name) in schools.items()]
    named.append(("school", BOARD, _("教育委員会"), None))
    return [_choice(chosen, *one) for one in named]


def _choice(chosen: Mapping[str, str], name: str, value: str, label: str, child: int | None) -> Choice:
    on = chosen.get(name) == value
    others = {key: kept for key, kept in chosen.items() if key != name}
    return Choice(label, urlencode(others if on else others | {name: value}), on, child)
