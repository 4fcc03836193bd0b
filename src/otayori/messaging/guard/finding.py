"""What the guard found in one place, and what it is told of the audience."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """A reason to stop. Its sentence is the console's: console/findings.py."""

    SEVERAL_NAMES = "several names"  # full names of several children of the roster
    ONE_NAME = "one name"  # of one child, to more than that child's family
    ADDRESSED = "addressed"  # words for one family, to many
    NAME_LIST = "name list"  # lines with names the roster does not know
    PHONES = "phones"
    ADDRESSES = "addresses"
    EMAILS = "emails"
    BIRTH_DATES = "birth dates"
    TABLE = "table"  # columns of personal data, filled in
    PRIVATE_WORDS = "private words"
    FILE_NAME = "file name"  # it says that it is a list of people


@dataclass(frozen=True)
class Finding:
    """`snippets` are as written, each once, in order: for who may look, never for a log."""

    kind: Kind
    snippets: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.snippets)


@dataclass(frozen=True)
class Roster:
    """The children a message could be about, by folded (fold.fold) writings of their names.

    A name leads to the keys of all who bear it. `surnames` and `kana_surnames` are folded too, and the names
    of `staff`, which stand in letters to everybody.
    """

    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    kana: Mapping[str, frozenset[str]] = field(default_factory=dict)
    surnames: frozenset[str] = frozenset()
    kana_surnames: frozenset[str] = frozenset()
    staff: Container[str] = frozenset()


@dataclass(frozen=True)
class Audience:
    """Whom it is for, as far as the guard cares.

    `own`: keys of children whom every family that gets the message may read about: naming them tells nobody
    anything. `is_one_family`: their private matters are theirs.
    """

    own: frozenset[str] = frozenset()
    is_one_family: bool = False
