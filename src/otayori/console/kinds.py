"""Schools in their kinds, with numbers, as the board reads them: 小学校 32校 9,800人."""

from collections.abc import Sequence
from dataclasses import dataclass

from otayori.console.sentences import children_word
from otayori.messaging.describe import count_of_kind
from otayori.schools.models import School, SchoolKind


@dataclass(frozen=True)
class KindCount:
    """The schools of one kind, each with its number of students."""

    label: str  # 小学校 32校
    noun: str  # 児童
    students: int
    schools: list[tuple[School, int]]


def by_kind(schools: Sequence[tuple[School, int]]) -> list[KindCount]:
    """Return the schools by kind, kindergartens first."""
    found = []
    for kind in SchoolKind.values:
        mine = [(school, count) for school, count in schools if school.kind == kind]
        if mine:
            found.append(
                KindCount(
                    count_of_kind(kind, len(mine)), children_word([kind]), sum(n for _s, n in mine), mine
                )
            )
    return found
