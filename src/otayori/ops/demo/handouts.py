"""Make the files that the demo's schools send: a handout, a plan of the school, lists."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from io import BytesIO

import openpyxl
import typst
from openpyxl.styles import Font

from otayori.core import clock
from otayori.roster.sheets import fonts
from otayori.roster.sheets.pdf import start_of, typeset

Days = Callable[[int], str]  # the n-th working day after the letter, as letters write it


@dataclass(frozen=True)
class Part:
    """A section of a handout; the first of `rows` is the head of a table."""

    heading: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Handout:
    """A file to be made: a PDF, a picture (`.png`) or a table (`.xlsx`), by the end of its `name`."""

    name: str  # {month} is that of the letter
    title: str
    sender: str
    parts: tuple[Part, ...] = ()


def file_name(handout: Handout, at: datetime) -> str:
    """Return the name the file comes with."""
    return handout.name.format(month=_month(at))


def make(handout: Handout, at: datetime, days: Mapping[str, str]) -> bytes:
    """Return the file's bytes. `days` fill what stands in braces."""
    words = dict(days) | {"month": _month(at)}
    parts = [_filled(part, words) for part in handout.parts]
    if handout.name.endswith(".xlsx"):
        return _table(handout.title.format(**words), parts)
    day = at.astimezone(clock.TOKYO).date()
    data = {
        "kind": "plan" if handout.name.endswith(".png") else "sheet",
        "title": handout.title.format(**words),
        "sender": handout.sender,
        "day": f"{day.year}年{day.month}月{day.day}日",
        "parts": [asdict(part) for part in parts],
    }
    if data["kind"] == "plan":
        return _picture(json.dumps(data))
    return typeset(_template(), json.dumps(data), timestamp=start_of(day))


def _filled(part: Part, words: Mapping[str, str]) -> Part:
    return Part(
        part.heading.format(**words),
        tuple(line.format(**words) for line in part.lines),
        tuple(tuple(cell.format(**words) for cell in row) for row in part.rows),
    )


def _table(title: str, parts: Sequence[Part]) -> bytes:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "一覧"
    page.append([title])
    for part in parts:
        page.append([])
        page.append([part.heading])
        for row in part.rows:
            page.append([int(cell) if cell.isdecimal() else cell for cell in row])
    page["A1"].font = Font(bold=True, size=14)
    for column, width in (("A", 22), ("B", 34), ("C", 14)):
        page.column_dimensions[column].width = width
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _picture(data: str) -> bytes:
    compiler = typst.Compiler(font_paths=fonts.faces(), ignore_system_fonts=True)
    made = compiler.compile(_template(), format="png", ppi=144, sys_inputs={"data": data})
    if not isinstance(made, bytes):
        raise TypeError("The typesetter gave no picture.")
    return made


def _month(at: datetime) -> str:
    return str(at.astimezone(clock.TOKYO).month)


@cache
def _template() -> bytes:
    return (files(__package__) / "handout.typ").read_bytes()
