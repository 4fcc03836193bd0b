"""Names of a ward's families: Faker's Japanese ones, more of them, spellings in use, and from abroad. Pure.

Faker knows 50 family names and 50 given names of grown-ups; 17,000 children of today need more, or every
class would have doubles.
"""

from collections import OrderedDict
from random import Random
from typing import Final, NamedTuple

from faker import Faker
from faker.providers.person.ja_JP import Provider

from otayori.ops.demo import name_lists


class Part(NamedTuple):
    """A family name or a given name: as written, in full-width kana, in Latin letters for addresses."""

    written: str
    kana: str
    roman: str


class Origin(NamedTuple):
    """Where a family's names come from, and what its grown-ups read (BCP 47) with their shares."""

    languages: tuple[tuple[str, float], ...]
    family: tuple[Part, ...]
    male: tuple[Part, ...]
    female: tuple[Part, ...]


def _parts(lines: str) -> tuple[Part, ...]:
    """Read "佐藤 サトウ sato", one a comma; a name of several words is joined by "_"."""
    triples = (entry.split() for entry in lines.replace("\n", " ").split(","))
    return tuple(Part(*(cell.replace("_", " ") for cell in triple)) for triple in triples if triple)


ABROAD: Final = tuple(
    Origin(languages, _parts(family), _parts(male), _parts(female))
    for languages, family, male, female in name_lists.ABROAD
)
_SPELLINGS: Final = {
    usual: [spelling.split(":") for spelling in spellings.split()]
    for usual, spellings in name_lists.SPELLINGS.items()
}
_SHARE_ABROAD: Final = 0.05
_SHARE_ENGLISH: Final = 0.01  # of families with Japanese names: back from abroad, or one parent from there


class _Ward(Provider):
    """Faker's people, and more family names and the given names of today's children and parents."""

    last_name_pairs = OrderedDict(
        list(Provider.last_name_pairs.items())  # weighted by how many bear the name
        + [(part, 30_000.0) for part in _parts(name_lists.FAMILY)]
    )
    first_name_male_pairs = (*Provider.first_name_male_pairs, *_parts(name_lists.FATHERS))  # type: ignore[assignment]
    first_name_female_pairs = (*Provider.first_name_female_pairs, *_parts(name_lists.MOTHERS))  # type: ignore[assignment]
    boys = _parts(name_lists.BOYS)
    girls = _parts(name_lists.GIRLS)


class Household(NamedTuple):
    """What the names of one family have in common."""

    family: Part
    origin: Origin | None  # None: Japanese
    language: str


class Names:
    """A stream of names: the same seed gives the same names in the same order."""

    def __init__(self, seed: int) -> None:
        fake = Faker("ja_JP")
        fake.seed_instance(seed)
        self._random = Random(seed)  # noqa: S311 - people who don't exist
        self._people = _Ward(fake.factories[0])

    def household(self) -> Household:
        """Return a family name, and the language that is read at home."""
        if self._random.random() < _SHARE_ABROAD:
            origin = self._random.choice(ABROAD)
            codes, shares = zip(*origin.languages, strict=True)
            language = self._random.choices(codes, shares)[0]
            return Household(self._random.choice(origin.family), origin, language)
        family = Part(*self._people.last_name_pair())
        english = self._random.random() < _SHARE_ENGLISH
        return Household(self._spelt(family), None, "en" if english else "ja")

    def child(self, home: Household, taken: set[str]) -> Part:
        """Return a given name that no brother or sister in `taken` has, and take it."""
        girl = self._random.random() < 0.49
        if home.origin is None:
            choice = self._people.girls if girl else self._people.boys
        else:
            choice = home.origin.female if girl else home.origin.male
        free = [part for part in choice if part.written not in taken]
        picked = self._random.choice(free or choice)
        taken.add(picked.written)
        return picked

    def adult(self, home: Household, *, woman: bool) -> Part:
        """Return the given name of a grown-up."""
        if home.origin is not None:
            return self._random.choice(home.origin.female if woman else home.origin.male)
        people = self._people
        return Part(*(people.first_name_female_pair() if woman else people.first_name_male_pair()))

    def _spelt(self, family: Part) -> Part:
        """Some 高橋 are 髙橋: the spelling of the family register, which school systems print."""
        for spelling, share in _SPELLINGS.get(family.written, []):
            if self._random.random() < float(share):
                return family._replace(written=spelling)
        return family


def full(family: Part, given: Part) -> Part:
    """Return the whole name: 佐藤 陽翔, サトウ ハルト, sato.haruto."""
    roman = f"{family.roman}.{given.roman}".lower().replace(" ", "")
    return Part(f"{family.written} {given.written}", f"{family.kana} {given.kana}", roman)
