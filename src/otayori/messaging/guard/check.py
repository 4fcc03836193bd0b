"""Check a message: its words and those of its files, against the roster of its school, or of the ward."""

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from otayori.accounts.members import people_of
from otayori.accounts.models import Membership
from otayori.core import clock, crypto
from otayori.messaging import resolve
from otayori.messaging.audience import Audience as TargetAudience
from otayori.messaging.compose import audience_of
from otayori.messaging.guard import read
from otayori.messaging.guard.finding import Audience, Finding, Kind, Roster
from otayori.messaging.guard.fold import fold
from otayori.messaging.models import Attachment, Message
from otayori.roster.models import Guardianship, Student
from otayori.schools.models import School, Ward

MOST_FAMILY = 8  # guardians: more are not one family

# What the board writes is compared with 20,000 names: most of a second to unseal. So what was read without a
# finding is known for a while, by its digest alone: the click that follows the confirm page does not wait.
_CLEAN_FOR = 600.0  # seconds
_MOST_CLEAN = 256
_clean: dict[str, float] = {}  # digest -> when it was read


@dataclass(frozen=True)
class Place:
    """Where something was found: in the message's own words (None), or in a file."""

    attachment: Attachment | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Findings:
    """All that was found. `snippets` are for the page of who may see the message: never for a log."""

    places: tuple[Place, ...]
    unreadable: tuple[Attachment, ...]  # pictures and scans: nothing but eyes can check them
    digest: str  # of what was found, in which words and files, for whom: an override holds for exactly this

    def __bool__(self) -> bool:
        return bool(self.places)

    def snippets(self) -> set[tuple[Kind, str]]:
        """Return what was found, wherever it stands."""
        return {(f.kind, snippet) for place in self.places for f in place.findings for snippet in f.snippets}

    @cached_property
    def counts(self) -> dict[str, int]:
        """Kind of finding -> how many: what may be kept."""
        counts: Counter[str] = Counter()
        for place in self.places:
            for finding in place.findings:
                counts[finding.kind.value] += finding.count
        return dict(counts)


def findings_of(
    message: Message,
    attachments: Iterable[Attachment] | None = None,
    *,
    reach: resolve.Reach | None = None,
    people: Callable[[], list[Membership]] | None = None,
) -> Findings:
    """Read the message and its files.

    The files, whom it reaches and the `people` of the school are given where they are known already.

    Files that are not ready yet have no words: gate.py waits for them.
    """
    if attachments is None:
        attachments = message.attachments.order_by("position", "id")
    files = [one for one in attachments if one.state == Attachment.State.READY]
    unreadable = tuple(one for one in files if not one.is_readable)
    clean = _digest(message, files, ())
    if message.school is None and time.monotonic() - _clean.get(clean, -_CLEAN_FOR) < _CLEAN_FOR:
        return Findings((), unreadable, clean)
    known = _known(message.school, people or (lambda: people_of(message.school)))
    places = _read(message, files, known, _audience(message, reach))
    if message.school is None and not places:
        if len(_clean) >= _MOST_CLEAN:
            _clean.clear()
        _clean[clean] = time.monotonic()
    return Findings(places, unreadable, _digest(message, files, places))


def _read(
    message: Message, files: list[Attachment], known: read.Known, audience: Audience
) -> tuple[Place, ...]:
    own = read.read(f"{message.title}\n{message.text}", known, audience)
    found = [Place(None, tuple(own))]
    for one in files:
        of_file = [*read.read_name(one.name, known, audience), *read.read(one.text, known, audience)]
        found.append(Place(one, tuple(_merged(of_file))))
    return tuple(place for place in found if place.findings)


class _AskedWhenNeeded(Container[str]):
    """Words that are loaded when the first one is compared with them: most messages come to none."""

    def __init__(self, load: Callable[[], frozenset[str]]) -> None:
        self._load = load

    @cached_property
    def _words(self) -> frozenset[str]:
        return self._load()

    def __contains__(self, word: object) -> bool:
        return word in self._words


def _known(school: School | None, people: Callable[[], list[Membership]]) -> read.Known:
    roster = _roster(school, lambda: frozenset(fold(one.user.name) for one in people()))
    return read.Known(roster, _AskedWhenNeeded(_phones), clock.today())


def _phones() -> frozenset[str]:
    """The numbers of the schools and the board: digits alone."""
    phones = School.objects.order_by().values_list("phone", flat=True)
    phones = phones.union(Ward.objects.values_list("phone", flat=True))
    return frozenset(re.sub(r"\D", "", phone) for phone in phones)


def _roster(school: School | None, staff: Callable[[], frozenset[str]]) -> Roster:
    """The children of the school, or of all; those who left as well: last year's list is the usual slip."""
    students = Student.objects.only("id", "school_id", "name", "kana")
    names: dict[str, set[str]] = defaultdict(set)
    kana: dict[str, set[str]] = defaultdict(set)
    surnames: tuple[set[str], set[str]] = (set(), set())
    for student in students.filter(school=school) if school else students:
        key = str(student.id)
        for written, found, first in ((student.name, names, 0), (student.kana, kana, 1)):
            found[written].add(key)
            surnames[first].update(written.split()[:-1][:1])
    of_names, of_kana = (frozenset(fold(one) for one in found) for found in surnames)
    return Roster(_folded(names), _folded(kana), of_names, of_kana, _AskedWhenNeeded(staff))


def _folded(found: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    folded: dict[str, frozenset[str]] = {}
    for written, keys in found.items():
        name = fold(written)
        folded[name] = folded.get(name, frozenset()) | keys
    return folded


def _audience(message: Message, reach: resolve.Reach | None) -> Audience:
    """Tell which children's names are no news to anybody who gets the message."""
    audience = audience_of(message)
    if audience.is_empty or any(target.kind in ("ward", "school", "grade") for target in audience.include):
        return Audience()
    if reach and max(reach.students, reach.guardians) > MOST_FAMILY:
        return Audience()
    picked = _picked(audience)
    if len(picked) > MOST_FAMILY:
        return Audience()
    reached = resolve.guardianships(audience).order_by().values("guardian")
    links = Guardianship.objects.filter(guardian__in=reached, blocked_at__isnull=True)
    children: dict[UUID, set[str]] = defaultdict(set)  # of each guardian
    for guardian_id, student_id in links.values_list("guardian_id", "student_id"):
        children[guardian_id].add(str(student_id))
    if len(children) > MOST_FAMILY:
        return Audience()
    shared = set.intersection(*children.values()) if children else set()
    own = shared | (picked if len(picked) == 1 else set())
    return Audience(frozenset(own), is_one_family=picked <= own)


def _picked(audience: TargetAudience) -> set[str]:
    """Return the keys of the children picked; of many, one more than a family has.

    Children picked one by one need not be looked up: one who has left meanwhile makes the guard no milder.
    """
    if audience.is_individual and not audience.exclude:
        return {str(key) for key in audience.ids("student")}
    found = resolve.students(audience).values_list("id", flat=True)
    return {str(key) for key in found[: MOST_FAMILY + 1]}


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    """Put what a file's name and its text told into one finding a kind."""
    snippets: dict[Kind, dict[str, None]] = {}
    for finding in findings:
        snippets.setdefault(finding.kind, {}).update(dict.fromkeys(finding.snippets))
    return [Finding(kind, tuple(found)) for kind, found in snippets.items()]


def _digest(message: Message, files: list[Attachment], places: Iterable[Place]) -> str:
    about = [message.title, message.text, json.dumps(message.audience, sort_keys=True)]
    about += [f"{one.id} {one.digest}" for one in files]
    for place in places:
        for finding in place.findings:
            about += [str(place.attachment), finding.kind.value, *finding.snippets]
    return crypto.fingerprint(json.dumps(about).encode())
