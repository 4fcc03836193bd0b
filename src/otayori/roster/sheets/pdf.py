"""Typeset registration sheets: A4, one student a page, one file for a classroom.

Everything that comes from people travels to the template as JSON and is set as plain text there: a name that
looks like markup is printed, never run.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Final

import typst
from babel.dates import format_date

from otayori.roster.sheets import fit, fonts, languages, qr
from otayori.roster.sheets.secrets import CODE_GROUPS, PASSWORD_GROUPS, grouped

# The typesetter wants a fixed offset; Japan has had this one since 1951.
_TOKYO: Final = timezone(timedelta(hours=9))
_CACHE_AGE: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPage:
    """What one student's page says. Texts are plain; secrets are as issued, without separators.

    `url` opens the sheet by its token, `join_url` is where school ID and code are typed. `number` is the
    student's 出席番号, None before it is given; `contact` is how to reach the school, "" to leave it out.
    """

    ward: str
    school: str
    classroom_label: str
    number: int | None
    student_name: str
    url: str
    join_url: str
    school_id: str
    code: str
    password: str
    issued_on: date
    expires_on: date
    guardians: int = 4
    contact: str = ""


def render(sheets: Sequence[SheetPage], *, title: str = "登録手順書") -> bytes:
    """Return one PDF (PDF/UA-1, Japanese) with a page for each sheet, in the order given.

    `title` stands in the file's metadata: name school and classroom there, never a student. The secrets are
    in the result in clear: it is for printing, not for keeping. Raises ValueError without a sheet.
    """
    if not sheets:
        raise ValueError("A file of registration sheets needs at least one sheet.")
    data = {
        "title": fonts.printable(title),
        "ward": fonts.printable(sheets[0].ward),
        "languages": [line._asdict() for line in languages.LINES],
        "sheets": [_for_template(sheet) for sheet in sheets],
    }
    return typeset(_template(), json.dumps(data), timestamp=start_of(sheets[0].issued_on))


def start_of(day: date) -> datetime:
    """Return the first moment of a day in Tokyo, as the typesetter wants it."""
    return datetime.combine(day, time(), _TOKYO)


def typeset(template: bytes, data: str, *, timestamp: datetime, is_accessible: bool = True) -> bytes:
    """Return the PDF that a template makes of `data`, its JSON in sys.inputs; nothing of it is kept.

    `timestamp`: the file's date, with an offset that is fixed. `is_accessible`: it is PDF/UA; not what has
    pages of other files in it, which say nothing to a screen reader.
    """
    compiler = typst.Compiler(font_paths=fonts.faces(), ignore_system_fonts=True)
    try:
        result = compiler.compile(
            template,
            format="pdf",
            sys_inputs={"data": data},
            pdf_standards=["ua-1"] if is_accessible else [],
            timestamp=timestamp,
        )
    finally:
        _forget(compiler)
    if not isinstance(result, bytes):
        raise TypeError("The typesetter gave no PDF.")
    return result


def _forget(compiler: typst.Compiler) -> None:
    # The typesetter keeps what it has set, secrets included and 1 MB a page, until ten later documents have
    # passed through it. Empty documents cost 1 ms each.
    for _ in range(_CACHE_AGE + 1):
        compiler.compile(b"", format="svg", sys_inputs=None)


@cache
def _template() -> bytes:
    return (files(__package__) / "sheet.typ").read_bytes()


def _for_template(sheet: SheetPage) -> dict[str, object]:
    place = sheet.classroom_label if sheet.number is None else f"{sheet.classroom_label} {sheet.number}番"
    one, two = fit.on_one_line, fit.on_two_lines
    # Widths in millimetres and sizes in points belong to the places in sheet.typ.
    places = {
        "ward": one(sheet.ward, width=84, largest=10),
        "school": two(sheet.school, width=84, largest=15),
        "place": one(place, width=176, largest=13),
        "name": two(sheet.student_name, width=130, largest=21),
        "url": two(sheet.url, width=54, largest=7.5),
        "join_url": one(sheet.join_url.removeprefix("https://"), width=48, largest=10.5),
        "school_id": one(sheet.school_id, width=29, largest=13.5),
        "contact": one(sheet.contact, width=148, largest=10),
        "slip_school": two(sheet.school, width=76, largest=10),
        "slip_place": one(place, width=76, largest=10),
        "slip_name": two(sheet.student_name, width=66, largest=14),
    }
    return {key: fitted._asdict() for key, fitted in places.items()} | {
        "qr": qr.svg(sheet.url),
        "code": grouped(sheet.code, CODE_GROUPS),
        "password": grouped(sheet.password, PASSWORD_GROUPS),
        "issued_on": day_words(sheet.issued_on),
        "expires_on": day_words(sheet.expires_on),
        "guardians": sheet.guardians,
    }


def day_words(day: date) -> str:
    """Return 2025年11月25日(火)."""
    return format_date(day, "y年M月d日(E)", locale="ja_JP")
