"""Roster files for the import tests: 桜小 and 柏中, and the text of a file from rows."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from otayori.roster.imports.errors import Problem, describe
from otayori.roster.imports.parse import ParsedRoster, SchoolInfo, read_roster

SAKURA, KASHIWA, HIMAWARI, AOZORA = "B113200000017", "C113200000025", "A113200000033", "E113200000041"
SCHOOLS = {
    SAKURA: SchoolInfo(SAKURA, "桜小学校", "elementary"),
    KASHIWA: SchoolInfo(KASHIWA, "柏中学校", "junior_high"),
    HIMAWARI: SchoolInfo(HIMAWARI, "ひまわり幼稚園", "kindergarten"),
    AOZORA: SchoolInfo(AOZORA, "青空特別支援学校", "special_needs"),
}
HEADER = ("学校コード", "学年", "組", "出席番号", "氏名", "フリガナ", "管理コード", "グループ")
HARU = (SAKURA, "3", "1", "1", "キム ハル", "キム ハル", "0001", "サッカークラブ")
AOI = (SAKURA, "3", "1", "2", "山田 葵", "ヤマダ アオイ", "0002", "")
JUN = (KASHIWA, "1", "1", "1", "キム ジュン", "キム ジュン", "0005", "吹奏楽部")
FILES = Path(__file__).parent / "files"
SAMPLE = Path(__file__).parent / "files" / "roster-sample.csv"


def csv_text(*rows: Sequence[str]) -> str:
    """Quote every cell, as school-affairs systems do."""
    return "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in rows)


def read(data: bytes | str, school_code: str | None = None) -> ParsedRoster:
    content = data.encode() if isinstance(data, str) else data
    return read_roster(BytesIO(content), SCHOOLS, school_code=school_code)


def read_rows(*rows: Sequence[str]) -> ParsedRoster:
    return read(csv_text(HEADER, *rows))


def with_cell(row: Sequence[str], column: str, value: str) -> tuple[str, ...]:
    """The same row with another cell under the header `column`."""
    return tuple(value if title == column else cell for title, cell in zip(HEADER, row, strict=True))


def found(problems: Sequence[Problem]) -> list[tuple[str, int | None]]:
    return [(problem.code.value, problem.line) for problem in problems]


def sentences(problems: Sequence[Problem]) -> list[str]:
    return [describe(problem) for problem in problems]
