"""Check a message: its words and those of its files, against the roster of its school, or of the ward."""

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q

from otayori.accounts.models import Membership, User
from otayori.core import clock, crypto
from otayori.messaging import resolve
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


def findings_of(message: Message, attachments: Iterable[Attachment] | None = None) -> Findings:
    """Read the message and its files (given, where they are loaded already).

    Files that are not ready yet have no words: gate.py waits for them.
    """
    if attachments is None:
        attachments = message.attachments.order_by("position", "id")
    files = [one for one in attachments if one.state == Attachment.State.READY]
    unreadable = tuple(one for one in files if not one.is_readable)
    clean = _digest(message, files, ())
    if message.school is None and time.monotonic() - _clean.get(clean, -_CLEAN_FOR) < _CLEAN_FOR:
        return Findings((), unreadable, clean)
    places = _read(message, files)
    if message.school is None and not places:
        if len(_clean) >= _MOST_CLEAN:
            _clean.clear()
        _clean[clean] = time.monotonic()
    return Findings(places, unreadable, _digest(message, files, places))


def _read(message: Message, files: list[Attachment]) -> tuple[Place, ...]:
    known, audience = _known(message.school), _audience(message)
    own = read.read(f"{message.title}\n{message.text}", known, audience)
    found = [Place(None, tuple(own))]
    for one in files:
        of_file = [*read.read_name(one.name, known, audience), *read.read(one.text, known, audience)]
        found.append(Place(one, tuple(_merged(of_file))))
    return tuple(place for place in found if place.findings)


def _known(school: School | None) -> read.Known:
    phones = School.objects.order_by().values_list("phone", flat=True)
    phones = phones.union(Ward.objects.values_list("phone", flat=True))
    numbers = frozenset(re.sub(r"\D", "", phone) for phone in phones)
    return read.Known(_roster(school), numbers, clock.today())


def _roster(school: School | None) -> Roster:
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
    return Roster(_folded(names), _folded(kana), of_names, of_kana, _staff(school))


def _staff(school: School | None) -> frozenset[str]:
    members = (
        Membership.objects.filter(Q(school=school) | Q(school=None)) if school else Membership.objects.all()
    )
    people = User.objects.filter(id__in=members.values("user"), is_active=True).only("id", "name")
    return frozenset(fold(person.name) for person in people)


def _folded(found: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    folded: dict[str, frozenset[str]] = {}
    for written, keys in found.items():
        name = fold(written)
        folded[name] = folded.get(name, frozenset()) | keys
    return folded


def _audience(message: Message) -> Audience:
    """Tell which children's names are no news to anybody who gets the message."""
    audience = audience_of(message)
    if audience.is_empty or any(target.kind in ("ward", "school", "grade") for target in audience.include):
        return Audience()
    links = resolve.guardianships(audience).order_by()
    guardians = set(links.values_list("guardian_id", flat=True).distinct()[: MOST_FAMILY + 1])
    picked = {str(key) for key in resolve.students(audience).values_list("id", flat=True)[: MOST_FAMILY + 1]}
    if len(guardians) > MOST_FAMILY or len(picked) > MOST_FAMILY:
        return Audience()
    shared = (
        Guardianship.objects.filter(guardian__in=guardians, blocked_at__isnull=True)
        .values("student_id")
        .annotate(n=Count("id"))
        .filter(n=len(guardians))
    )
    own = {str(row["student_id"]) for row in shared} | (picked if len(picked) == 1 else set())
    return Audience(frozenset(own), is_one_family=picked <= own)


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
