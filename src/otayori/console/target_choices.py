"""What of an audience can be ticked on the compose page, and what is ticked: for whom, and for whom not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from otayori.console.forms_compose import NOT, TO, ComposeForm
from otayori.console.target_keys import ALL_OF_KIND, targets_of
from otayori.core import clock
from otayori.messaging import search_students
from otayori.messaging.audience import Target
from otayori.messaging.describe import count_of_kind, whole_school
from otayori.messaging.targets import Choices
from otayori.roster.models import Group
from otayori.roster.search import search_key
from otayori.schools import grades
from otayori.schools.models import Classroom, School, SchoolKind

Keys = Collection[str]


@dataclass(frozen=True)
class Tick:
    """One checkbox. `search`: what a search over many finds it by."""

    key: str
    label: str
    ticked: bool
    search: str = ""


@dataclass(frozen=True)
class Inside:
    """The classes and groups of one school, where the board chooses."""

    school: School
    rows: "list[Row]"
    groups: list[Tick]


@dataclass(frozen=True)
class SchoolTick:
    """A school, and its classes where they were asked for."""

    tick: Tick
    id: UUID
    inside: Inside | None = None


@dataclass(frozen=True)
class Row:
    """A grade with its classes, or a kind with its schools. `all` stands for the whole row."""

    label: str
    kind: str = ""
    all: Tick | None = None
    ticks: list[Tick] = field(default_factory=list)
    schools: list[SchoolTick] = field(default_factory=list)
    only: list[Tick] = field(default_factory=list)  # of the ticked schools these grades alone
    is_open: bool = False


@dataclass(frozen=True)
class Picker:
    """One choice, posted as `name`.

    `beyond`: ticked in the draft, but not this person's to choose (any more). `others`: what takes a
    manager's approval, for a teacher.
    """

    name: str
    everybody: Tick | None = None
    rows: list[Row] = field(default_factory=list)
    groups: list[Tick] = field(default_factory=list)
    students: list[Tick] = field(default_factory=list)
    others: "Picker | None" = None
    beyond: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.everybody or self.rows or self.groups)

    @property
    def is_used(self) -> bool:
        """Whether anything of it is ticked."""
        return any(tick.ticked for tick in _ticks_of(self))


def picker(form: ComposeForm, opened: Keys = ()) -> Picker:
    """Return the checkboxes for whom it is.

    `opened`: "to:<id of a school>" where the board wants to see the classes of a school.
    """
    choices, ticked = form.choices, form.ticked(TO)
    if choices.school is None:
        made = _of_ward(choices, TO, ticked, opened)
        made = replace(made, rows=[_narrowing(row, form.ticked("only")) for row in made.rows])
    else:
        made = _own_first(choices, choices.school, ticked)
        made = replace(made, students=picked_students(choices, ticked))
    return _beyond(made, ticked)


def all_at_once(form: ComposeForm) -> Picker:
    """Return the checkboxes an emergency has time for: no own classes first, no groups, no single child."""
    choices, ticked = form.choices, form.ticked(TO)
    if choices.school is None:
        return _of_ward(choices, TO, ticked, ())
    return replace(_of_school(choices, choices.school, TO, ticked), groups=[])


def leaving_out(form: ComposeForm, opened: Keys = ()) -> Picker:
    """Return the checkboxes for whom of these it is not. `opened`: "not:<id of a school>"."""
    choices, ticked = form.choices, form.ticked(NOT)
    if choices.school is None:
        made = _of_ward(choices, NOT, ticked, opened)
    else:
        made = _of_school(choices, choices.school, NOT, ticked)
        made = replace(made, students=picked_students(choices, ticked, part=NOT))
    return _beyond(replace(made, everybody=None), ticked)


def picked_students(choices: Choices, ticked: Keys, *, part: str = TO) -> list[Tick]:
    """Return the single students that are ticked, in `to` or in `not`."""
    ids = [t.id for t in targets_of(ticked) if t.kind == "student" and t.id]
    return student_ticks(search_students.picked(choices, ids, to_leave_out=part == NOT), ticked)


def student_ticks(found: Sequence[search_students.Found], ticked: Keys) -> list[Tick]:
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


def insides(schools: Sequence[School], ticked: Keys, opened: Collection[UUID]) -> dict[UUID, Inside]:
    """Return the classes and groups of the schools opened, and of those where some are ticked.

    Two statements, however many; none where no school is concerned.
    """
    chosen = targets_of(ticked)
    in_rooms = {t.id for t in chosen if t.kind == "classroom" and t.id}
    in_groups = {t.id for t in chosen if t.kind == "group" and t.id}
    wanted = {*opened, *(t.id for t in chosen if t.kind == "grade" and t.id)}
    if not (wanted or in_rooms or in_groups):
        return {}
    year = clock.school_year()
    here = (
        Q(school__in=wanted)
        | Q(school__in=Classroom.objects.filter(id__in=in_rooms).values("school"))
        | Q(school__in=Group.objects.filter(id__in=in_groups).values("school"))
    )
    rooms = list(Classroom.objects.filter(here, year_id=year))
    groups = list(Group.objects.filter(here, year_id=year, is_retired=False))
    concerned = wanted | {room.school_id for room in rooms} | {group.school_id for group in groups}
    return {
        school.id: Inside(
            school,
            _grade_rows(school, [room for room in rooms if room.school_id == school.id], ticked),
            _group_ticks([group for group in groups if group.school_id == school.id], ticked),
        )
        for school in schools
        if school.id in concerned
    }


def _own_first(choices: Choices, school: School, ticked: Keys) -> Picker:
    """Return a school's choice; for a teacher the own classes, and apart from them all the others."""
    if choices.decides:
        return _of_school(choices, school, TO, ticked)
    own = choices.own()
    rest = replace(
        choices,
        classrooms=[room for room in choices.classrooms if room.id not in choices.own_classrooms],
        groups=[group for group in choices.groups if group.id not in choices.own_groups],
    )
    mine = _of_school(own, school, TO, ticked)
    return replace(mine, others=_of_school(rest, school, TO, ticked))


def _of_school(choices: Choices, school: School, name: str, ticked: Keys) -> Picker:
    whole = _tick(Target(kind="school", id=school.id), whole_school(school), ticked)
    return Picker(
        name,
        everybody=whole if choices.whole_school else None,
        rows=_grade_rows(school, choices.classrooms, ticked, whole=choices.grades),
        groups=_group_ticks(choices.groups, ticked),
    )


def _grade_rows(
    school: School, classrooms: Sequence[Classroom], ticked: Keys, *, whole: Collection[str] | None = None
) -> list[Row]:
    """One row a grade. `whole`: the grades that may be ticked as a whole; None: all there are."""
    may = {room.grade for room in classrooms} if whole is None else whole
    rows = []
    for grade in grades.CODES:
        rooms = [room for room in classrooms if room.grade == grade]
        if not rooms and (whole is None or grade not in may):
            continue
        label = grades.grade_label(grade, kind=school.kind)
        all_of_it = Target(kind="grade", id=school.id, grade=grade)
        rows.append(
            Row(
                label,
                all=_tick(all_of_it, _("%(grade)s全体") % {"grade": label}, ticked) if grade in may else None,
                ticks=[_tick(Target(kind="classroom", id=room.id), room.label, ticked) for room in rooms],
            )
        )
    return rows


def _group_ticks(groups: Sequence[Group], ticked: Keys) -> list[Tick]:
    return [_tick(Target(kind="group", id=group.id), group.name, ticked) for group in groups]


def _of_ward(choices: Choices, name: str, ticked: Keys, opened: Keys) -> Picker:
    mine = {key.removeprefix(f"{name}:") for key in opened if key.startswith(f"{name}:")}
    wanted = [school.id for school in choices.schools if str(school.id) in mine]
    inside = insides(choices.schools, ticked, wanted)
    rows = []
    for kind in SchoolKind.values:
        schools = [_school_tick(s, ticked, inside) for s in choices.schools if s.kind == kind]
        if not schools:
            continue
        whole = all(school.tick.ticked for school in schools)
        label = _("%(schools)sすべて") % {"schools": count_of_kind(kind, len(schools))}
        some = any(school.tick.ticked or school.inside for school in schools) and not whole
        every = Tick(ALL_OF_KIND + kind, label, whole)
        rows.append(Row(str(SchoolKind(kind).label), kind, every, schools=schools, is_open=some))
    everybody = _tick(Target(kind="ward"), _("区内のすべての学校・園"), ticked)
    return Picker(name, everybody=everybody if choices.whole_school else None, rows=rows)


def _narrowing(row: Row, only: Keys) -> Row:
    """Add to a kind's row its grades, to write to these alone of the schools ticked."""
    kind = row.kind
    ticks = [
        Tick(f"{kind}:{grade}", grades.grade_label(grade, kind=kind), f"{kind}:{grade}" in only)
        for grade in grades.OF_KIND[kind]
    ]
    return replace(row, only=ticks)


def _school_tick(school: School, ticked: Keys, inside: dict[UUID, Inside]) -> SchoolTick:
    tick = _tick(Target(kind="school", id=school.id), school.name, ticked)
    found_by = search_key(f"{school.name} {school.kana}")
    return SchoolTick(replace(tick, search=found_by), school.id, inside.get(school.id))


def _tick(target: Target, label: str, ticked: Keys) -> Tick:
    return Tick(target.key, label, target.key in ticked)


def _ticks_of(made: Picker) -> list[Tick]:
    ticks = [*made.groups, *made.students, *([made.everybody] if made.everybody else [])]
    for row in made.rows:
        ticks += [*row.ticks, *([row.all] if row.all else []), *(school.tick for school in row.schools)]
        for inside in (school.inside for school in row.schools if school.inside):
            ticks += inside.groups
            ticks += [t for grade in inside.rows for t in (*grade.ticks, *([grade.all] if grade.all else []))]
    return [*ticks, *(_ticks_of(made.others) if made.others else [])]


def _beyond(made: Picker, ticked: Keys) -> Picker:
    return replace(made, beyond=len(set(ticked) - {tick.key for tick in _ticks_of(made)}))
