"""配信先: the rule that picks whom a message is for, as typed JSON; algebra and permission, without SQL."""

from collections.abc import Iterable
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator

Kind = Literal["ward", "school", "grade", "classroom", "group", "student"]


class Target(BaseModel):
    """One part of an audience: the ward, or the school, grade (of a school), class, group or student `id`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    id: UUID | None = None  # of the school, for a grade too
    grade: str | None = None  # E1-E3, P1-P6, J1-J3

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.id is None) is not (self.kind == "ward"):
            raise ValueError("every target but the ward names what it is")
        if (self.grade is not None) is not (self.kind == "grade"):
            raise ValueError("a grade target, and no other, names a grade")
        return self

    @property
    def key(self) -> str:
        """The target as one word, for forms: "classroom:0192…", "grade:0192…:P3", "ward"."""
        return ":".join(str(part) for part in (self.kind, self.id, self.grade) if part is not None)

    @classmethod
    def from_key(cls, key: str) -> Self:
        """Read what `key` gives. Raises ValueError (pydantic's) for anything else."""
        kind, _, rest = key.partition(":")
        identity, _, grade = rest.partition(":")
        return cls(kind=kind, id=identity or None, grade=grade or None)  # type: ignore[arg-type]


class Audience(BaseModel):
    """The union of `include` without the union of `exclude`. Starts empty: nobody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    include: tuple[Target, ...] = ()
    exclude: tuple[Target, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.include

    def plus(self, targets: Iterable[Target]) -> "Audience":
        """Return the audience with these targets as well; none stands in it twice."""
        return Audience(include=tuple(dict.fromkeys([*self.include, *targets])), exclude=self.exclude)

    def minus(self, targets: Iterable[Target]) -> "Audience":
        """Return the audience without these targets."""
        return Audience(include=self.include, exclude=tuple(dict.fromkeys([*self.exclude, *targets])))

    @property
    def is_individual(self) -> bool:
        """Single students only: such a message may not stand in a mail (MEXT handbook 3.2(7), class II)."""
        return bool(self.include) and all(target.kind == "student" for target in self.include)

    def ids(self, kind: Kind) -> set[UUID]:
        """Return the ids of all targets of a kind, included or excluded."""
        return {t.id for t in (*self.include, *self.exclude) if t.kind == kind and t.id is not None}
