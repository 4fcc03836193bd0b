"""Who is out of reach of an audience, by name, for the confirm page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from django.db.models import Exists, FilteredRelation, OuterRef, Q

from otayori.delivery.models import Endpoint
from otayori.messaging.audience import Audience
from otayori.messaging.resolve import students
from otayori.roster.models import Guardianship
from otayori.roster.seats import Rooms, place_of, with_seats


class Placed(Protocol):
    """Something about a student who sits somewhere."""

    @property
    def place(self) -> str: ...


L = TypeVar("L", bound=Placed)


@dataclass(frozen=True)
class OutOfReach:
    """A student for whose sake somebody is not told. `guardian` is "" where nobody has registered."""

    student: str
    place: str  # 3年1組 12番
    guardian: str


def out_of_reach(audience: Audience) -> tuple[list[OutOfReach], list[OutOfReach]]:
    """Return by name the guardians without a live address, and the students nobody has registered for.

    One statement: who is in both lists, or in one twice, is a row each time.
    """
    is_open = Q(guardianships__blocked_at__isnull=True)
    linked = students(audience).annotate(link=FilteredRelation("guardianships", condition=is_open))
    mine = Guardianship.objects.filter(
        student=OuterRef("pk"), blocked_at__isnull=True, guardian__user__is_active=True
    )
    live = Endpoint.objects.filter(guardian=OuterRef("link__guardian"), state=Endpoint.State.ACTIVE)
    rows = linked.annotate(is_nobodys=~Exists(mine)).filter(
        Q(is_nobodys=True) | Q(link__guardian__user__is_active=True) & ~Exists(live)
    )
    unreached, nobody, seats = [], {}, Rooms()
    for student in with_seats(rows.select_related("link__guardian__user")):  # type: ignore[misc]
        place = place_of(seats.seat_of(student))
        if student.is_nobodys:
            nobody[student.id] = OutOfReach(student.name, place, "")
        else:
            guardian = student.link.guardian.user.name
            unreached.append(OutOfReach(student.name, place, guardian))
    return in_register_order(unreached), in_register_order(nobody.values())


def in_register_order(lines: Iterable[L]) -> list[L]:
    """Order by class and number; who is in no class comes last."""
    return sorted(lines, key=lambda line: (line.place == "", _natural(line.place)))


def _natural(place: str) -> list[tuple[int, str]]:
    """Split 3年10組 12番 so that 2組 comes before 10組."""
    parts = re.findall(r"\d+|\D+", place)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]
