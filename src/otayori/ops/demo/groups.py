"""Write the groups of the demo ward: clubs, committees and bus lines, with their students and leaders."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from random import Random
from typing import Final
from uuid import UUID

from otayori.accounts.models import User
from otayori.ops.demo.families import AGES, Child
from otayori.ops.demo.people import ROWS_AT_ONCE, Made
from otayori.ops.demo.plan import SEED
from otayori.roster.group_kinds import kind_of
from otayori.roster.models import Group, GroupMember, GroupStaff
from otayori.schools.models import School


@dataclass(frozen=True)
class _Sort:
    """Groups of one sort in schools of a kind: who from `youngest` on is in one of them, with what share."""

    names: tuple[str, ...]
    youngest: int
    share: float


_CLUBS: Final = (
    "サッカークラブ", "バスケットボールクラブ", "卓球クラブ", "科学クラブ", "パソコンクラブ",
    "音楽クラブ", "手芸クラブ", "将棋クラブ", "イラストクラブ",
)  # fmt: skip
_COMMITTEES: Final = (
    "放送委員会", "図書委員会", "保健委員会", "体育委員会", "給食委員会",
    "飼育栽培委員会", "美化委員会", "代表委員会",
)  # fmt: skip
_TEAMS: Final = (
    "サッカー部", "野球部", "陸上競技部", "バスケットボール部", "バレーボール部", "ソフトテニス部", "卓球部",
    "剣道部", "水泳部", "吹奏楽部", "美術部", "科学部", "茶道部",
)  # fmt: skip
_OF_KIND: Final = {
    "elementary": (_Sort(_CLUBS, AGES["P4"], 1.0), _Sort(_COMMITTEES, AGES["P5"], 1.0)),
    "junior_high": (_Sort(_TEAMS, AGES["J1"], 0.86),),
    "kindergarten": (_Sort(("送迎バス 東コース", "送迎バス 西コース"), AGES["E1"], 0.4),),
    "special_needs": (_Sort(("送迎バス 1号車", "送迎バス 2号車", "送迎バス 3号車"), AGES["P1"], 0.85),),
}


_SUPPORT: Final = "ことばの教室（通級）"


def write_groups(made: Made, teachers: Sequence[Sequence[User]]) -> None:
    """Create the groups of every school; `teachers` by position of the school lead them in turn."""
    random = Random(SEED + 4)  # noqa: S311 - groups that don't exist
    pupils: dict[int, list[tuple[Child, UUID]]] = defaultdict(list)
    for child, student in made.students:
        pupils[child.seat.school].append((child, student))
    groups: list[Group] = []
    members: list[GroupMember] = []
    leaders: list[GroupStaff] = []
    for position, school in enumerate(made.schools):
        for sort in _OF_KIND[school.kind]:
            own = [_group(school, made.year, name) for name in sort.names]
            groups += own
            leaders += [
                GroupStaff(group=group, user=leader, is_owner=True)
                for group, leader in zip(own, cycle(teachers[position]), strict=False)
            ]
            members += [
                GroupMember(group=random.choice(own), student_id=student)
                for child, student in pupils[position]
                if child.seat.age >= sort.youngest and random.random() < sort.share
            ]
        if school.kind == "elementary" and teachers[position]:
            support = _group(school, made.year, _SUPPORT)
            groups.append(support)
            leaders.append(GroupStaff(group=support, user=teachers[position][-1], is_owner=True))
            members += [
                GroupMember(group=support, student_id=student, source=GroupMember.Source.HAND)
                for _child, student in pupils[position][:: len(pupils[position]) // 6 or 1]
            ]
    Group.objects.bulk_create(groups, batch_size=ROWS_AT_ONCE)
    GroupStaff.objects.bulk_create(leaders, batch_size=ROWS_AT_ONCE)
    GroupMember.objects.bulk_create(members, batch_size=ROWS_AT_ONCE)


def _group(school: School, year: int, name: str) -> Group:
    return Group(school=school, year_id=year, name=name, kind=kind_of(name))
