"""Describe audiences in words: 学校全体, 3年1組, サッカークラブ, 小学校 32校."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from otayori.messaging.audience import Audience, Target
from otayori.messaging.resolve import Room
from otayori.messaging.targets import Choices
from otayori.roster.models import Group
from otayori.schools import grades
from otayori.schools.models import Classroom, School, SchoolKind

_MOST_SCHOOLS_BY_NAME = 3
KINDERGARTEN = SchoolKind.KINDERGARTEN.value


@dataclass(frozen=True)
class Names:
    """What the ids in some audiences are called. `within`: the school of each class and group."""

    schools: dict[UUID, School]
    classrooms: dict[UUID, str]
    groups: dict[UUID, str]
    within: dict[UUID, str]

    def words(self, audience: Audience, sender: School | None) -> list[str]:
        """Return the included parts in words, the widest first, then in one word what is left out."""
        return [*self._parts(audience.include, sender), *self.left_out(audience, sender)]

    def left_out(self, audience: Audience, sender: School | None) -> list[str]:
        """Return 「3年2組、サッカークラブを除く」, or nothing."""
        parts = self._parts(audience.exclude, sender)
        return [_("%(parts)sを除く") % {"parts": shortened(parts, most=8)}] if parts else []

    def _parts(self, targets: Sequence[Target], sender: School | None) -> list[str]:
        """Return parts in words, the widest first. Single students are counted, not named."""
        kinds = {target.kind for target in targets}
        if "ward" in kinds:  # the rest lies within it
            return [_("区内のすべての学校・園")]
        if sender is not None and "school" in kinds:
            return [whole_school(sender)]
        of_kind = {kind: [t for t in targets if t.kind == kind] for kind in kinds}
        singles = len(of_kind.get("student", []))
        return [
            *self._schools([t.id for t in of_kind.get("school", []) if t.id]),
            *self._grades(of_kind.get("grade", []), sender),
            *(self._room(target.id, sender) for target in of_kind.get("classroom", [])),
            *(self._group(target.id, sender) for target in of_kind.get("group", [])),
            *([_("個別に選んだ %(n)s人") % {"n": singles}] if singles else []),
        ]

    def _room(self, room: UUID | None, sender: School | None) -> str:
        return self._placed(room, self.classrooms.get(room) if room else None, sender) or _("なくなった学級")

    def _group(self, group: UUID | None, sender: School | None) -> str:
        return self._placed(group, self.groups.get(group) if group else None, sender) or _(
            "なくなったグループ"
        )

    def _placed(self, key: UUID | None, name: str | None, sender: School | None) -> str:
        """3年1組; where the board writes, with the school it belongs to: 桜小学校 3年1組."""
        if name is None or key is None or sender is not None:
            return name or ""
        return f"{self.within[key]} {name}"

    def _grades(self, targets: Sequence[Target], sender: School | None) -> list[str]:
        if sender is not None:
            return [grades.grade_label(target.grade or "", kind=sender.kind) for target in targets]
        words = []
        for grade in grades.CODES:
            schools = [self.schools[t.id] for t in targets if t.grade == grade and t.id in self.schools]
            words += [
                f"{name} {grades.grade_label(grade, kind=kind)}"
                for kind in SchoolKind.values
                for name in self._schools([school.id for school in schools if school.kind == kind])
            ]
        return words

    def _schools(self, ids: Sequence[UUID]) -> list[str]:
        known = [self.schools[key] for key in ids if key in self.schools]
        if len(known) <= _MOST_SCHOOLS_BY_NAME:
            return [school.name for school in known]
        counts = Counter(school.kind for school in known)
        return [count_of_kind(kind, counts[kind]) for kind in SchoolKind.values if counts[kind]]


def names_of(audiences: Iterable[Audience]) -> Names:
    """Load what these audiences point at, for a whole page at once: at most three statements."""
    targets = [target for audience in audiences for target in (*audience.include, *audience.exclude)]
    ids: dict[str, set[UUID]] = {}
    for target in targets:
        if target.id:
            ids.setdefault("school" if target.kind == "grade" else target.kind, set()).add(target.id)
    # an empty list of ids asks the database nothing
    rooms = list(Classroom.objects.filter(id__in=ids.get("classroom", ())).select_related("school"))
    groups = list(Group.objects.filter(id__in=ids.get("group", ())).select_related("school"))
    return Names(
        schools=School.objects.in_bulk(ids["school"]) if "school" in ids else {},
        classrooms={room.id: room.label for room in rooms},
        groups={group.id: group.name for group in groups},
        within={room.id: room.school.name for room in rooms}
        | {group.id: group.school.name for group in groups},
    )


def names_within(
    school: School, audience: Audience, *, rooms: Iterable[Room] = (), groups: Iterable[Group] = ()
) -> Names:
    """Return what a school's own audience points at; the classes and groups given are not asked for again."""
    known = {room.id: room.label for room in rooms}
    if others := audience.ids("classroom") - set(known):
        known |= dict(Classroom.objects.filter(id__in=others).values_list("id", "label"))
    named = {group.id: group.name for group in groups}
    if others := audience.ids("group") - set(named):
        named |= dict(Group.objects.filter(id__in=others).values_list("id", "name"))
    return Names(schools={school.id: school}, classrooms=known, groups=named, within={})


def names_among(choices: Choices) -> Names:
    """Return what the targets of a school's own choices are called, without asking again."""
    return Names(
        schools={school.id: school for school in choices.schools},
        classrooms={room.id: room.label for room in choices.classrooms},
        groups={group.id: group.name for group in choices.groups},
        within={},
    )


def whole_school(school: School) -> str:
    """学校全体, or 園全体 for a kindergarten."""
    return _("園全体") if school.kind == KINDERGARTEN else _("学校全体")


def count_of_kind(kind: str, count: int) -> str:
    """小学校 32校, 幼稚園 5園."""
    words = {"kind": SchoolKind(kind).label, "n": count}
    return _("%(kind)s %(n)s園") % words if kind == KINDERGARTEN else _("%(kind)s %(n)s校") % words


def shortened(words: list[str], most: int = 3) -> str:
    """Return the words as one line: 3年1組、3年2組、4年1組ほか2."""
    line = _("、").join(words[:most])
    rest = len(words) - most
    return _("%(line)s ほか%(n)s") % {"line": line, "n": rest} if rest > 0 else line
