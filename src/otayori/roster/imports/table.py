"""Text of a CSV or TSV file to a header and rows, each with the physical line it begins on."""

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from otayori.roster.imports.codes import Code
from otayori.roster.imports.columns import recognise
from otayori.roster.imports.errors import Problem, RosterFileError

MAX_ROWS = 100_000
MAX_COLUMNS = 200
# Some systems print a title and a date above the header.
HEADER_WITHIN = 10
_SAMPLE_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One record; `line` is the line of the file, from 1, on which it begins (cells may hold line breaks)."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The header and the rows below it that are not blank, as they are: some may be too narrow or wide."""

    header: Row
    rows: tuple[Row, ...]


def split_table(text: str) -> Table:
    """Split decoded text into a table. Raises RosterFileError if it has no header or no rows."""
    delimiter = _find_delimiter(text)
    records = _read_records(text, delimiter)
    top = list(itertools.islice(records, HEADER_WITHIN))
    if not top:
        raise RosterFileError(Problem(Code.EMPTY))
    place = _find_header(top)
    header = _without_blank_end(top[place])
    if len(header.cells) > MAX_COLUMNS:
        params = {"limit": MAX_COLUMNS}
        raise RosterFileError(Problem(Code.TOO_MANY_COLUMNS, header.line, params))
    return Table(header, _below(header, itertools.chain(top[place + 1 :], records)))


def _find_delimiter(text: str) -> str:
    sample = text[:_SAMPLE_CHARACTERS]
    tabs, commas = sample.count("\t"), sample.count(",")
    if not tabs and not commas:
        raise RosterFileError(Problem(Code.NO_DELIMITER))
    return "\t" if tabs > commas else ","


def _read_records(text: str, delimiter: str) -> Iterator[Row]:
    """Yield the records that are not blank. `strict` makes the reader fail instead of guessing at quotes."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(line, tuple(cells))
            line = reader.line_num + 1
    except csv.Error:
        raise RosterFileError(Problem(Code.BROKEN_QUOTES, line)) from None


def _find_header(top: Sequence[Row]) -> int:
    known = [len({found[0] for cell in row.cells if (found := recognise(cell))}) for row in top]
    if max(known) == 0:
        raise RosterFileError(Problem(Code.NO_HEADER))
    return known.index(max(known))


def _below(header: Row, records: Iterator[Row]) -> tuple[Row, ...]:
    rows: list[Row] = []
    for record in records:
        row = _without_blank_end(record, len(header.cells))
        if row.cells != header.cells:  # files joined by `copy` repeat the header
            rows.append(row)
        if len(rows) > MAX_ROWS:
            raise RosterFileError(Problem(Code.TOO_MANY_ROWS, params={"limit": MAX_ROWS}))
    if not rows:
        raise RosterFileError(Problem(Code.HEADER_ONLY))
    return tuple(rows)


def _without_blank_end(row: Row, width: int = 0) -> Row:
    """Cut empty cells beyond `width`: spreadsheets add them, and they say nothing."""
    cells = row.cells
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return row if cells is row.cells else Row(row.line, cells)
