"""Targets as the compose page ticks them: keys, "all of a kind", "of these schools one grade alone"."""

from collections.abc import Iterable

from django import forms
from pydantic import ValidationError

from otayori.messaging.audience import Audience, Target
from otayori.messaging.targets import Choices
from otayori.schools import grades

ALL_OF_KIND = "kind:"  # "kind:elementary": every elementary school, for the board


class KeysField(forms.Field):
    """The ticked keys of a list of checkboxes."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: list[str] | None) -> list[str]:
        return list(dict.fromkeys(value or []))


class TargetsField(forms.Field):
    """Ticked targets by their keys. What no key is was not made by our page, and is passed over."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: list[str] | None) -> list[Target]:
        return targets_of(value or [])


def targets_of(keys: Iterable[str]) -> list[Target]:
    """Return the targets that the keys name, each once."""
    found = []
    for key in keys:
        try:
            found.append(Target.from_key(key))
        except ValidationError:
            continue
    return list(dict.fromkeys(found))


def without_kinds(keys: list[str], choices: Choices) -> list[str]:
    """Put the schools of a kind in the place of "all of this kind"; it works without script so."""
    kinds = {key.removeprefix(ALL_OF_KIND) for key in keys if key.startswith(ALL_OF_KIND)}
    schools = [Target(kind="school", id=s.id).key for s in choices.schools if s.kind in kinds]
    return list(dict.fromkeys([*(key for key in keys if not key.startswith(ALL_OF_KIND)), *schools]))


def narrowed(chosen: list[Target], only: list[str], choices: Choices) -> list[Target]:
    """Return what was chosen, with the grades `only` names ("elementary:P1") of the schools of that kind.

    Never more than the page says: the whole ward with such a tick is all its schools, these kinds narrowed.
    """
    wanted: dict[str, list[str]] = {}
    for key in only:
        kind, _, grade = key.partition(":")
        if grade in grades.OF_KIND.get(kind, ()):
            wanted.setdefault(kind, []).append(grade)
    if not wanted:
        return chosen
    kinds = {school.id: school.kind for school in choices.schools}
    everywhere = [Target(kind="school", id=school) for school in kinds]
    found: list[Target] = []
    for target in (t for one in chosen for t in (everywhere if one.kind == "ward" else [one])):
        of_kind = wanted.get(kinds[target.id]) if target.kind == "school" and target.id in kinds else None
        found += [Target(kind="grade", id=target.id, grade=grade) for grade in of_kind or ()] or [target]
    return list(dict.fromkeys(found))


def widened(audience: Audience, choices: Choices) -> tuple[list[str], list[str]]:
    """Return a rule as it is ticked: the keys of `to`, and those of `only`. The reverse of `narrowed`."""
    kinds = {school.id: school.kind for school in choices.schools} if choices.school is None else {}
    of_kind: dict[str, dict[object, set[str]]] = {}
    whole = set()
    for target in audience.include:
        kind = kinds.get(target.id) if target.id else None
        if kind and target.kind == "grade":
            of_kind.setdefault(kind, {}).setdefault(target.id, set()).add(target.grade or "")
        elif kind and target.kind == "school":
            whole.add(kind)
    alike = {  # the same grades of several schools, and no school of that kind as a whole
        kind: next(iter(schools.values()))
        for kind, schools in of_kind.items()
        if len(schools) > 1 and kind not in whole and len({frozenset(g) for g in schools.values()}) == 1
    }
    to = [
        Target(kind="school", id=t.id) if t.kind == "grade" and t.id and kinds.get(t.id) in alike else t
        for t in audience.include
    ]
    only = [f"{kind}:{grade}" for kind, found in alike.items() for grade in sorted(found)]
    return list(dict.fromkeys(target.key for target in to)), only
