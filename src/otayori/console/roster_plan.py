"""The plan of a roster file as its page shows it: people by class, changes as before → after."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from otayori.roster.imports.diff import Change, CurrentStudent, FieldChange, Plan
from otayori.roster.imports.parse import StudentRow
from otayori.schools import grades
from otayori.schools.models import School

MOST_SHOWN = 200  # of a kind; a ward's file can bring 17,000 people, whom nobody reads one by one

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A student who comes or goes."""

    school: str
    place: str  # 3年1組 12番
    name: str
    kana: str
    code: str
    groups: str


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A student whom the file tells otherwise."""

    school: str
    place: str
    name: str
    differences: tuple[Difference, ...]


def describe_plan(plan: Plan, school: School | None) -> dict[str, Any]:
    """Return what `import_preview.html` shows of a plan. `school`: whose file it is; None: the ward's."""
    return _Words(School.objects.all(), school).describe(plan)


class _Words:
    """Says things of a plan by the names of the schools."""

    def __init__(self, schools: Iterable[School], only: School | None) -> None:
        self.schools = {school.code: school for school in schools}
        self.only = only

    def describe(self, plan: Plan) -> dict[str, Any]:
        return {
            "new": [self.person(row) for row in plan.new[:MOST_SHOWN]],
            "new_count": len(plan.new),
            "changed": [self.change(change) for change in plan.changed[:MOST_SHOWN]],
            "changed_count": len(plan.changed),
            "gone": [self.person(student) for student in plan.gone[:MOST_SHOWN]],
            "gone_count": len(plan.gone),
            "unchanged_count": plan.unchanged,
            "shown": MOST_SHOWN,
            "is_empty": plan.is_empty,
            "needs_confirmation": plan.needs_confirmation,
            "by_school": [] if self.only else self.by_school(plan),
            "losses": [
                {"school": self.name(loss.school_code), "gone": loss.gone, "before": loss.before}
                for loss in plan.too_many_gone
            ],
            "other_person": [
                (change.current.name, change.row.name, change.row.management_code)
                for change in plan.other_person
            ],
            "lost_zeros": [(old.management_code, row.management_code) for old, row in plan.lost_zeros],
            "new_classrooms": [
                self.with_school(key.school_code, self.room(key.school_code, key.grade, key.class_name))
                for key in plan.new_classrooms[:MOST_SHOWN]
            ],
        }

    def by_school(self, plan: Plan) -> list[dict[str, Any]]:
        new = Counter(row.school_code for row in plan.new)
        changed = Counter(change.row.school_code for change in plan.changed)
        gone = Counter(student.school_code for student in plan.gone)
        return [
            {"name": school.name, "new": new[code], "changed": changed[code], "gone": gone[code]}
            for code, school in self.schools.items()
            if new[code] or changed[code] or gone[code]
        ]

    def person(self, person: StudentRow | CurrentStudent) -> PersonLine:
        return PersonLine(
            school=self.name(person.school_code),
            place=self.place(person),
            name=person.name,
            kana=person.kana,
            code=person.management_code,
            groups="、".join(person.groups),
        )

    def change(self, change: Change) -> ChangeLine:
        row = change.row
        # What another school knew of a child is not for this one to read.
        comes = self.only is not None and change.current.school_code != row.school_code
        told = self.arrival(row) if comes else self.differences(change)
        return ChangeLine(self.name(row.school_code), self.place(row), row.name, tuple(told))

    def arrival(self, row: StudentRow) -> list[Difference]:
        room = self.room(row.school_code, row.grade, row.class_name)
        return [Difference(_("学校・園"), _("区内の別の学校・園"), self.name(row.school_code)),
                Difference(_("学級"), "", room)]  # fmt: skip

    def differences(self, change: Change) -> list[Difference]:
        before, after = change.current, change.row
        told = []
        if change.touches("enrolled"):
            told.append(Difference(_("在籍"), _("名簿から外れている"), _("名簿に戻る")))
        if change.touches("school_code"):
            names = self.name(before.school_code), self.name(after.school_code)
            told.append(Difference(_("学校・園"), *names))
        if any(change.touches(field) for field in ("grade", "class_name")):
            old = self.room(before.school_code, before.grade, before.class_name)
            told.append(
                Difference(_("学級"), old, self.room(after.school_code, after.grade, after.class_name))
            )
        labels = {"number": _("出席番号"), "name": _("氏名"), "kana": _("フリガナ"), "groups": _("グループ")}
        told += [_in_words(labels[field.field], field) for field in change.fields if field.field in labels]
        return told

    def name(self, code: str) -> str:
        return self.schools[code].name

    def with_school(self, code: str, text: str) -> str:
        return text if self.only else f"{self.name(code)} {text}"

    def room(self, code: str, grade: str, class_name: str) -> str:
        return grades.classroom_label(grade, class_name, kind=self.schools[code].kind) if grade else ""

    def place(self, person: StudentRow | CurrentStudent) -> str:
        room = self.room(person.school_code, person.grade, person.class_name)
        return f"{room} {person.number}番" if person.number else room


def _in_words(label: str, field: FieldChange) -> Difference:
    return Difference(label, _text(field.before), _text(field.after))


def _text(value: Sequence[str] | str | int | None) -> str:
    if value is None:
        return ""
    return "、".join(value) if isinstance(value, tuple) else str(value)
