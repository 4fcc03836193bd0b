"""The families of the demo ward: who lives together, and who has registered. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

from otayori.ops.demo import cast
from otayori.ops.demo.names import Household, Names, Part, full
from otayori.ops.demo.plan import SEED, PlannedSchool, Size
from otayori.schools import grades

AGES: Final = {grade: age for age, grade in enumerate(grades.CODES, start=3)}
_REGISTERED: Final = 0.93  # of the families
_SIBLINGS: Final = (0, 1, 2)  # how many are looked for
_SIBLINGS_SHARES: Final = (0.58, 0.34, 0.08)
_APART: Final = ((0, 1), (1, 20), (2, 36), (3, 24), (4, 10), (5, 6), (6, 3))  # years between two; 0 are twins
_BLOCKED: Final = 0.006  # of the second guardians
_MAIL: Final = (
    ("docomo.example", 22), ("softbank.example", 14), ("au.example", 16), ("gmail.example", 30),
    ("icloud.example", 10), ("yahoo.example", 6), ("outlook.example", 2),
)  # fmt: skip


class Seat(NamedTuple):
    """A place in a class: the school and its class by position, and where the child lives."""

    school: int
    room: int
    age: int
    place: int


@dataclass
class Child:
    name: Part
    seat: Seat
    code: str  # 管理コード
    number: int = 0  # 出席番号, once the class is complete


@dataclass
class Adult:
    name: str
    email: str
    language: str
    relation: str
    is_blocked: bool = False  # by the school, from all children of the family


@dataclass
class Family:
    home: Household
    children: list[Child]
    adults: list[Adult] = field(default_factory=list)  # who have registered


def families(schools: Sequence[PlannedSchool], size: Size) -> list[Family]:
    """Return the families, the cast's first; together they have exactly `size.guardians` guardians."""
    random = Random(SEED + 1)  # noqa: S311 - people who don't exist
    names = Names(SEED)
    free = _Seats(schools, random)
    found = _cast(free)
    codes = iter(random.sample(range(10_000_000, 99_000_000), len(free)))
    for seat in free:
        home = names.household()
        taken: set[str] = set()
        seats = [seat, *free.nearby(seat, random.choices(_SIBLINGS, _SIBLINGS_SHARES)[0])]
        children = [
            Child(full(home.family, names.child(home, taken)), one, str(next(codes))) for one in seats
        ]
        found.append(Family(home, children))
    _register(found, size, names, random)
    _number(found)
    return found


class _Seats:
    """The seats that are free, by where the children live and how old they are."""

    def __init__(self, schools: Sequence[PlannedSchool], random: Random) -> None:
        self._random = random
        self._schools = schools
        seats = [
            Seat(position, row, AGES[room.grade], random.choice(school.places))
            for position, school in enumerate(schools)
            for row, room in enumerate(school.rooms)
            for _ in range(room.seats)
        ]
        random.shuffle(seats)
        self._count = len(seats)
        self._by_place: dict[tuple[int, int], list[Seat]] = defaultdict(list)
        for seat in seats:
            self._by_place[seat.place, seat.age].append(seat)
        self._order = sorted({(seat.place, seat.age) for seat in seats})
        random.shuffle(self._order)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Seat]:
        """Give seats until none is free; who sits on the others of a family takes them between."""
        while self._order:
            for key in list(self._order):
                if self._by_place[key]:
                    yield self._by_place[key].pop()
                else:
                    self._order.remove(key)

    def nearby(self, seat: Seat, count: int) -> list[Seat]:
        """Take up to `count` seats where brothers and sisters of that child could sit."""
        taken = []
        years, weights = zip(*_APART, strict=True)
        for _ in range(count):
            apart = self._random.choices(years, weights)[0] * self._random.choice((-1, 1))
            free = self._by_place.get((seat.place, seat.age + apart))
            if free:
                taken.append(free.pop())
        return taken

    def take(self, part: cast.ChildPart) -> Seat:
        """Take a seat in the class of somebody of the cast."""
        for free in self._by_place.values():
            for seat in free:
                school = self._schools[seat.school]
                room = school.rooms[seat.room]
                if (school.number, (room.grade, room.name)) == (part.school, part.room):
                    free.remove(seat)
                    return seat
        raise LookupError(part.room)


def _cast(free: _Seats) -> list[Family]:
    korean = Household(Part("キム", "キム", "kim"), None, "ja")
    kim = Family(korean, [_child(free, cast.HARU), _child(free, cast.JUN)])
    kim.adults = [Adult(cast.KIM_NAME, cast.KIM_EMAIL, "ja", "mother")]
    nobody = Household(Part("中村", "ナカムラ", "nakamura"), None, "ja")
    return [kim, Family(nobody, [_child(free, cast.HINATA)])]


def _child(free: _Seats, part: cast.ChildPart) -> Child:
    return Child(Part(part.name, part.kana, ""), free.take(part), part.code)


def _register(found: list[Family], size: Size, names: Names, random: Random) -> None:
    """Let grown-ups register: one of most families, and of as many two as make the number complete."""
    registered = [family for family in found[2:] if random.random() < _REGISTERED]
    two = size.guardians - 1 - len(registered)
    if not 0 <= two <= len(registered):
        raise ValueError(f"{size.guardians} guardians don't fit {len(registered)} families")
    with_two = set(random.sample(range(len(registered)), two))
    serial = 0
    for position, family in enumerate(registered):
        woman = random.random() < 0.78
        for second in (False, True)[: 2 if position in with_two else 1]:
            serial += 1
            adult = _adult(family.home, names, random, woman=woman != second, serial=serial)
            adult.is_blocked = second and random.random() < _BLOCKED
            family.adults.append(adult)


def _adult(home: Household, names: Names, random: Random, *, woman: bool, serial: int) -> Adult:
    name = full(home.family, names.adult(home, woman=woman))
    domain = random.choices(*zip(*_MAIL, strict=True))[0]
    drawn = random.random()
    if drawn < 0.015:
        relation = "grandparent"
    else:
        relation = "other" if drawn < 0.02 else ("mother" if woman else "father")
    return Adult(name.written, f"{name.roman}{serial}@{domain}", home.language, relation)


def _number(found: list[Family]) -> None:
    """Give 出席番号 in the order of the kana, as class registers do."""
    rooms: dict[tuple[int, int], list[Child]] = defaultdict(list)
    for family in found:
        for child in family.children:
            rooms[child.seat.school, child.seat.room].append(child)
    for children in rooms.values():
        for number, child in enumerate(sorted(children, key=lambda child: child.name.kana), start=1):
            child.number = number
