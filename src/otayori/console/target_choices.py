"""What of an audience can be ticked on the compose page, and what is ticked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from otayori.accounts.access import Access
from otayori.console.forms_compose import ALL_OF_KIND
from otayori.messaging import search_students
from otayori.messaging.audience import Target
from otayori.messaging.describe import count_of_kind, whole_school
from otayori.messaging.targets import Choices
from otayori.schools import grades
from otayori.schools.models import School, SchoolKind


@dataclass(frozen=True)
class Tick:
    """One checkbox."""

    key: str
    label: str
    ticked: bool


@dataclass(frozen=True)
class Row:
    """A grade with its classes, or a kind with its schools. `all` stands for the whole row."""

    label: str
    all: Tick | None
    ticks: list[Tick]
    is_open: bool = False


@dataclass(frozen=True)
class Picker:
    """The whole choice. `beyond`: ticked in the draft, but not this person's to choose (any more)."""

    everybody: Tick | None = None
    rows: list[Row] = field(default_factory=list)
    groups: list[Tick] = field(default_factory=list)
    students: list[Tick] = field(default_factory=list)
    beyond: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.everybody or self.rows or self.groups)


def picker(access: Access, choices: Choices, ticked: set[str]) -> Picker:
    """Return the checkboxes for what may be chosen."""
    if choices.school is None:
        return _beyond(_of_ward(choices, ticked), ticked)
    school = choices.school
    made = Picker(
        everybody=_tick(Target(kind="school", id=school.id), whole_school(school), ticked)
        if choices.whole_school
        else None,
        rows=_grades(choices, school, ticked),
        groups=[_tick(Target(kind="group", id=g.id), g.name, ticked) for g in choices.groups],
        students=picked_students(access, school, ticked),
    )
    return _beyond(made, ticked)


def picked_students(access: Access, school: School, ticked: set[str]) -> list[Tick]:
    """Return the single students that are ticked."""
    ids = [t.id for t in _targets(ticked) if t.kind == "student" and t.id]
    return student_ticks(search_students.picked(access, school, ids), ticked)


def student_ticks(found: Sequence[search_students.Found], ticked: set[str]) -> list[Tick]:
    """Return checkboxes of students: 山田 葵 さん（3年1組 2番）."""
    return [
        _tick(
            Target(kind="student", id=one.id),
            _("%(name)s さん（%(place)s）") % {"name": one.name, "place": one.place}
            if one.place
            else _("%(name)s さん") % {"name": one.name},
            ticked,
        )
        for one in found
    ]


def _targets(keys: set[str]) -> list[Target]:
    found = []
    for key in keys:
        try:
            found.append(Target.from_key(key))
        except ValueError:  # pydantic's is one
            continue
    return found


def _tick(target: Target, label: str, ticked: set[str]) -> Tick:
    return Tick(target.key, label, target.key in ticked)


def _grades(choices: Choices, school: School, ticked: set[str]) -> list[Row]:
    rows = []
    for grade in grades.CODES:
        rooms = [room for room in choices.classrooms if room.grade == grade]
        if not rooms:
            continue
        label = grades.grade_label(grade, kind=school.kind)
        whole = Target(kind="grade", id=school.id, grade=grade)
        whole_label = _("%(grade)s全体") % {"grade": label}
        rows.append(
            Row(
                label=label,
                all=_tick(whole, whole_label, ticked) if grade in choices.grades else None,
                ticks=[_tick(Target(kind="classroom", id=r.id), r.label, ticked) for r in rooms],
            )
        )
    return rows


def _of_ward(choices: Choices, ticked: set[str]) -> Picker:
    rows = []
    for kind in SchoolKind.values:
        ticks = [
            _tick(Target(kind="school", id=school.id), school.name, ticked)
            for school in choices.schools
            if school.kind == kind
        ]
        if not ticks:
            continue
        whole = all(tick.ticked for tick in ticks)
        label = _("%(schools)sすべて") % {"schools": count_of_kind(kind, len(ticks))}
        some = any(tick.ticked for tick in ticks) and not whole
        rows.append(Row(str(SchoolKind(kind).label), Tick(ALL_OF_KIND + kind, label, whole), ticks, some))
    everybody = _tick(Target(kind="ward"), _("区内のすべての学校・園"), ticked)
    return Picker(everybody=everybody if choices.whole_school else None, rows=rows)


def _beyond(made: Picker, ticked: set[str]) -> Picker:
    shown = {tick.key for row in made.rows for tick in (*row.ticks, *([row.all] if row.all else []))}
    shown |= {tick.key for tick in (*made.groups, *made.students)}
    shown |= {made.everybody.key} if made.everybody else set()
    return Picker(made.everybody, made.rows, made.groups, made.students, beyond=len(ticked - shown))
