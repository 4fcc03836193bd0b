"""Describe audiences in words: 学校全体, 3年1組, サッカークラブ, 小学校 32校."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from otayori.messaging.audience import Audience, Target
from otayori.roster.models import Group
from otayori.schools import grades
from otayori.schools.models import Classroom, School, SchoolKind

_MOST_SCHOOLS_BY_NAME = 3
KINDERGARTEN = SchoolKind.KINDERGARTEN.value


@dataclass(frozen=True)
class Names:
    """What the ids in some audiences are called."""

    schools: dict[UUID, School]
    classrooms: dict[UUID, str]
    groups: dict[UUID, str]

    def words(self, audience: Audience, sender: School | None) -> list[str]:
        """Return the included parts in words, the widest first. Single students are counted, not named."""
        found: dict[str, list[str]] = {}
        for target in audience.include:
            found.setdefault(target.kind, []).append(self._word(target))
        if "student" in found:
            found["student"] = [_("個別に選んだ %(n)s人") % {"n": len(found["student"])}]
        if "school" in found:
            found["school"] = self._schools(audience, sender)
        if "ward" in found or (sender is not None and "school" in found):  # the rest lies within it
            return found["ward" if "ward" in found else "school"][:1]
        order = ("school", "grade", "classroom", "group", "student")
        return [word for kind in order for word in found.get(kind, [])]

    def _word(self, target: Target) -> str:
        match target.kind, target.id:
            case "ward", _id:
                return _("区内のすべての学校・園")
            case "grade", UUID() as school_id:
                return self._grade(school_id, target.grade or "")
            case "classroom", UUID() as room:
                return self.classrooms.get(room, _("なくなった学級"))
            case "group", UUID() as group:
                return self.groups.get(group, _("なくなったグループ"))
        return ""  # schools and students are put in words together

    def _grade(self, school_id: UUID, grade: str) -> str:
        school = self.schools.get(school_id)
        return grades.grade_label(grade, kind=school.kind if school else "")

    def _schools(self, audience: Audience, sender: School | None) -> list[str]:
        ids = [t.id for t in audience.include if t.kind == "school" and t.id]
        if sender is not None:
            return [whole_school(sender)]
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
    rooms = Classroom.objects.filter(id__in=ids["classroom"]) if "classroom" in ids else []
    groups = Group.objects.filter(id__in=ids["group"]) if "group" in ids else []
    return Names(
        schools=School.objects.in_bulk(ids["school"]) if "school" in ids else {},
        classrooms={room.id: room.label for room in rooms},
        groups={group.id: group.name for group in groups},
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
