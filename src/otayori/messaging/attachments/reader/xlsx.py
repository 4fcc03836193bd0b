"""The words of an Excel file: every sheet, also those that do not show, and what stands around the cells."""

import re
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import openpyxl

from otayori.messaging.attachments import notes
from otayori.messaging.attachments.limits import MOST_TEXT
from otayori.messaging.attachments.reader.package import Package, local

_HIDDEN = re.compile(rb"<(?:\w+:)?(?:row|col)\b[^>]*\shidden=\"(?:1|true)\"")


def words(package: Package) -> str:
    """Return all of them, sheet by sheet, a row a line."""
    warnings.simplefilter("ignore")  # openpyxl tells of what it leaves out, which is not words
    book = openpyxl.load_workbook(package.whole(), read_only=True, data_only=True, keep_links=False)
    lines: list[str] = []
    length = 0
    for sheet in book.worksheets:
        lines += ["", _heading(sheet)]
        for row in sheet.iter_rows(values_only=True):
            if line := _row(row):
                lines.append(line)
                length += len(line)
            if length > MOST_TEXT:
                break
    hidden = [
        name for name in package.matching(r"xl/worksheets/.*\.xml") if _HIDDEN.search(package.read(name))
    ]
    if hidden:
        lines.insert(0, notes.remark(notes.HIDDEN_CELLS))
    return "\n".join([*lines, *_around(package)])


def _heading(sheet: Any) -> str:
    visible = sheet.sheet_state == "visible"
    return notes.remark("シート" if visible else notes.HIDDEN_SHEET, str(sheet.title))


def _row(cells: tuple[object, ...]) -> str:
    texts = [_cell(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return " | ".join(texts) if any(texts) else ""


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime() if value.time() == time():
            return value.strftime("%Y/%m/%d")
        case datetime():
            return value.strftime("%Y/%m/%d %H:%M")
        case date():
            return value.strftime("%Y/%m/%d")
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return " ".join(str(value).split())


def _around(package: Package) -> Iterator[str]:
    """Give text boxes, charts' labels, comments, and what a pivot table keeps of its source."""
    for heading, pattern, tag in (
        ("", r"xl/drawings/drawing\d+\.xml", "p"),
        ("", r"xl/charts/chart\d+\.xml", "v"),
        (notes.COMMENTS, r"xl/(comments|threadedComments|comments/comment)/?.*\.xml", "comment"),
        (notes.COMMENTS, r"xl/threadedComments/.*\.xml", "threadedComment"),
    ):
        found = [line for name in package.matching(pattern) for line in _texts(package, name, tag)]
        if found:
            yield from ["", *([notes.remark(heading)] if heading else []), *found]
    behind = [
        line
        for name in package.matching(r"xl/pivotCache/.*\.xml")
        for line in (element.get("v", "") for element in package.tree(name).iter() if local(element) == "s")
        if line
    ]
    if behind:
        yield from ["", notes.remark(notes.BEHIND), *behind]


def _texts(package: Package, name: str, tag: str) -> Iterator[str]:
    for element in package.tree(name).iter():
        if local(element) == tag:
            pieces = [e.text or "" for e in element.iter() if local(e) in ("t", "v", "text")]
            if line := " ".join("".join(pieces).split()):
                yield line
