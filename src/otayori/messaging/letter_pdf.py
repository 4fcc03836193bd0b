"""Typeset letters (お便り) and the lists that go with them. Texts travel as JSON and are set as plain."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import pypdfium2

from otayori.roster.sheets import fit, fonts
from otayori.roster.sheets.pdf import day_words, start_of, typeset

_LONG_WORD: Final = re.compile(r"[!-~]{24,}")  # an address of the web runs over the edge of the paper
_AFTER: Final = re.compile(r"(?<=[/.?&=_#%+-])(?=[!-~])|(?<=[!-~]{40})(?=[!-~])")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says, whoever gets it. Texts are plain."""

    day: date
    sender: str
    contact: str  # how to reach the school, "" to leave it out
    marks: tuple[str, ...]  # 緊急, 重要, 見本, 訂正
    title: str
    text: str
    files: tuple[str, ...]
    footer: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whose family a copy is for: 3年1組 12番, 山田 葵."""

    place: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """A child in a list: why the family has to be told, and how it was told already."""

    number: str
    name: str
    need: str
    told: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list by class. "hand": a page for each class, to hand letters out by; "call": to telephone by."""

    kind: Literal["hand", "call"]
    day: date
    heading: str
    message: str
    facts: str
    sections: tuple[tuple[str, tuple[Row, ...]], ...]


def letters(letter: Letter, addressees: Sequence[Addressee]) -> bytes:
    """Return one PDF with a letter for each addressee; without one, the letter to all, to make copies of."""
    if not addressees:
        to = _addressee(Addressee("", "保護者の皆様"), after="")
        return _typeset("letter.typ", _words(letter) | {"mode": "whole", "to": to}, letter.day)
    blank = _typeset("letter.typ", _words(letter) | {"mode": "blank", "to": None}, letter.day)
    data = {
        "mode": "addressed",
        "title": fonts.printable(letter.title),
        "author": fonts.printable(letter.sender),
        "blank": list(blank),
        "pages": _pages(blank),
        "addressees": [_addressee(one, after=" さんの保護者様") for one in addressees],
    }
    return _typeset("letter.typ", data, letter.day, is_accessible=False)


def children(listed: ListOf) -> bytes:
    """Return the list as a PDF."""
    shown = fonts.printable
    data = {
        "kind": listed.kind,
        "title": shown(listed.heading),
        "author": "",
        "heading": shown(listed.heading),
        "message": shown(listed.message),
        "facts": shown(listed.facts),
        "footer": "個人情報が書かれています。使い終わったら、細断してください。",
        "sections": [
            {
                "label": shown(label),
                "lines": [
                    {
                        "number": row.number,
                        "name": shown(row.name),
                        "need": row.need,
                        "told": shown(row.told),
                    }
                    for row in rows
                ],
            }
            for label, rows in listed.sections
        ],
    }
    return _typeset("letter_list.typ", data, listed.day)


def _words(letter: Letter) -> dict[str, Any]:
    # Widths in millimetres and sizes in points belong to the places in letter.typ.
    return {
        "title": fonts.printable(letter.title),
        "author": fonts.printable(letter.sender),
        "date": day_words(letter.day),
        "sender": fit.on_two_lines(letter.sender, width=76, largest=14)._asdict(),
        "contact": fit.on_one_line(letter.contact, width=76, largest=10)._asdict(),
        "marks": list(letter.marks),
        "heading": _breakable(fonts.printable(letter.title)),
        "paragraphs": _paragraphs(letter.text),
        "files": [_breakable(fonts.printable(name)) for name in letter.files],
        "footer": fonts.printable(letter.footer),
    }


def _addressee(to: Addressee, *, after: str) -> dict[str, Any]:
    name = fit.on_two_lines(to.name, width=84 - (32 if after else 0), largest=15)
    return {
        "place": fit.on_one_line(to.place, width=84, largest=12)._asdict(),
        "name": name._asdict(),
        "after": after,
    }


def _paragraphs(text: str) -> list[list[str]]:
    """Split a text at empty lines; within a paragraph its lines stay as typed, indents too."""
    lines = [_line(line) for line in text.replace("\r\n", "\n").split("\n")]
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return [paragraph for paragraph in paragraphs if paragraph]


def _line(text: str) -> str:
    """The line with 〓 for what no font can draw and without invisible controls; its spaces stay."""
    missing = set(fonts.unprintable(text))
    kept = (fonts.GETA if one in missing else one for one in text.rstrip() if not _is_control(one))
    return _breakable("".join(kept))


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf"} and character not in "\t\u200c\u200d"


def _breakable(text: str) -> str:
    return _LONG_WORD.sub(lambda found: _AFTER.sub("\u200b", found[0]), text)


def _pages(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def _typeset(template: str, data: dict[str, Any], day: date, *, is_accessible: bool = True) -> bytes:
    text = json.dumps(data)
    return typeset(_template(template), text, timestamp=start_of(day), is_accessible=is_accessible)


@cache
def _template(name: str) -> bytes:
    return (files(__package__) / name).read_bytes()
