"""Read one place, the text of a message or one of its files, and say what must not go to many."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date

from otayori.messaging.guard import contact, lists, names, words
from otayori.messaging.guard.finding import Audience, Finding, Kind, Roster
from otayori.messaging.guard.fold import fold_text, line_form


@dataclass(frozen=True)
class Known:
    """What a text is compared with."""

    roster: Roster
    phones: Container[str]  # the school's and the ward's own: digits alone
    today: date


def read(text: str, known: Known, audience: Audience) -> list[Finding]:
    """Return what was found, each kind once, the gravest first."""
    hits = [hit for hit in names.find(fold_text(text), known.roster) if not hit.keys & audience.own]
    lines = line_form(text).splitlines()
    listed = lists.find(lines, known.roster)
    found: list[tuple[Kind, list[str]]] = [
        (Kind.SEVERAL_NAMES if len(hits) > 1 else Kind.ONE_NAME, [hit.written for hit in hits]),
        (Kind.NAME_LIST, _unknown(listed, [hit.written for hit in hits])),
        (Kind.TABLE, contact.tables(lines)),
        (Kind.ADDRESSES, contact.addresses(lines)),
        (Kind.PHONES, contact.phones(lines, known.phones)),
        (Kind.EMAILS, contact.emails(lines)),
        (
            Kind.BIRTH_DATES,
            contact.birth_dates(
                lines,
                known.today,
                lambda line: lists.has_name(line, known.roster) or any(hit.written in line for hit in hits),
            ),
        ),
    ]
    if not audience.is_one_family:
        private = words.private(text, has_names=bool(hits or listed))
        found += [(Kind.PRIVATE_WORDS, private), (Kind.ADDRESSED, words.addressed(text))]
    return [Finding(kind, tuple(snippets)) for kind, snippets in found if snippets]


def read_name(name: str, known: Known, audience: Audience) -> list[Finding]:
    """Return what the name of a file tells: 「山田葵さん.pdf」, 「令和7年度1年生名簿.xlsx」."""
    hits = [hit for hit in names.find(fold_text(name), known.roster) if not hit.keys & audience.own]
    found = [(Kind.SEVERAL_NAMES if len(hits) > 1 else Kind.ONE_NAME, [hit.written for hit in hits])]
    if not audience.is_one_family:
        found.append((Kind.FILE_NAME, words.file_name(name)))
    return [Finding(kind, tuple(snippets)) for kind, snippets in found if snippets]


def _unknown(listed: list[str], named: list[str]) -> list[str]:
    """Leave the names out that the roster knows: they are told already."""
    known = {"".join(name.split()) for name in named}
    unknown = [name for name in listed if "".join(name.split()) not in known]
    return unknown if len(unknown) >= lists.LEAST_NAMES else []
