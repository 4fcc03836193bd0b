"""Name whom an audience reaches before it is sent: children and their guardians, a page at a time."""

from dataclasses import dataclass

from django.db.models import Case, F, FilteredRelation, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Length

from otayori.accounts.access import Access
from otayori.core import clock
from otayori.messaging import targets
from otayori.messaging.audience import Audience
from otayori.messaging.resolve import students
from otayori.roster.access import knows_members, students_for
from otayori.roster.models import Guardianship, Student
from otayori.schools import grades
from otayori.schools.models import School

A_PAGE = 50


@dataclass(frozen=True)
class Line:
    """A child with the guardians who get the message; none where nobody has registered."""

    school: str
    place: str  # 3年1組 12番
    student: str
    guardians: list[str]


def named(access: Access, sender: School | None, audience: Audience) -> QuerySet[Student]:
    """The children of an audience whose names this person may see, in the order of the registers.

    A teacher: of own classes and groups, for the others need no names to be written to; and none of a support
    group that is not theirs, for who is in it is not theirs to know.
    """
    shown = students_for(access).filter(id__in=students(audience).values("id"))
    groups = {target.id for target in audience.include if target.kind == "group" and target.id}
    if not knows_members(access, groups):
        shown = shown.none()
    elif sender is not None:
        shown = shown.filter(targets.own_students(targets.choices(access, sender)))
    year = clock.school_year()
    order = [When(now__classroom__grade=code, then=Value(place)) for place, code in enumerate(grades.CODES)]
    return (
        shown.annotate(now=FilteredRelation("enrolments", condition=Q(enrolments__year_id=year)))
        .annotate(
            grade=Case(*order, default=Value(len(order)), output_field=IntegerField()),
            room=F("now__classroom__label"),
            number=F("now__number"),
        )
        .order_by(
            "school__number", "grade", Length("now__classroom__name"), "now__classroom__name", "number", "id"
        )
    )


def lines(found: QuerySet[Student]) -> list[Line]:
    """Return a page of `named` children, by name; two statements."""
    reached = Guardianship.objects.filter(blocked_at__isnull=True, guardian__user__is_active=True)
    adults = Prefetch("guardianships", reached.select_related("guardian__user"), to_attr="reached")
    return [
        Line(child.school.name, _place(child), child.name, _guardians(child))
        for child in found.select_related("school").prefetch_related(adults)
    ]


def _guardians(child: Student) -> list[str]:
    links: list[Guardianship] = child.reached  # type: ignore[attr-defined]
    return [link.guardian.user.name for link in links]


def _place(child: Student) -> str:
    room, number = child.room, child.number  # type: ignore[attr-defined]
    return f"{room} {number}番" if room and number else room or ""
