"""Rows keep the line they stand on, whatever the file does with quotes, blanks and line ends."""

import pytest

from otayori.roster.imports import table
from otayori.roster.imports.errors import RosterFileError
from otayori.roster.imports.table import split_table
from tests.roster.import_files import HARU, HEADER, csv_text, found, read, sentences


def lines(text: str) -> list[int]:
    return [row.line for row in split_table(text).rows]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_the_file(end: str) -> None:
    text = end.join(["学年,備考,氏名", '1,"a', 'b",山田', "", ",,", '2,"""",伊藤', '3,"x', "", 'y",林'])
    assert lines(text) == [2, 6, 7]


def test_tabs_and_commas() -> None:
    assert split_table("学年\t組\tグループ\n1\t2\ta,b\n").rows[0].cells == ("1", "2", "a,b")
    assert split_table("学年,組,氏名\n1,2,a\tb\n").rows[0].cells == ("1", "2", "a\tb")


def test_a_title_above_the_header_is_passed_over() -> None:
    text = "桜小学校 児童名簿,,\n出力日,2025/04/07,\n\n学年,組,氏名\n1,2,山田\n"
    assert split_table(text).header.line == 4
    assert lines(text) == [5]


def test_a_header_repeated_by_joining_files_is_no_student() -> None:
    joined = csv_text(HEADER, HARU).encode("utf-8-sig") * 2
    parsed = read(joined)
    assert found(parsed.errors) == [("doubled_code", 4), ("doubled_seat", 4)]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("学年;組;氏名\n1;2;山田\n", "no_delimiter", None),
        ("1,2,山田\n1,2,伊藤\n", "no_header", None),
        ("学年,組,氏名\n\n,,\n", "header_only", None),
        (",\n,\n", "empty", None),
        ('学年,組\n1,2\n2,"3\n3,4\n', "broken_quotes", 3),
        ('学年,組\n1,"2"x\n', "broken_quotes", 2),
        ('学年,組\n1,"' + "2\n" * 100_000, "broken_quotes", 2),
        ("学年," + "a," * 300 + "\n1\n", "too_many_columns", 1),
    ],
)
def test_what_is_no_table(text: str, code: str, line: int | None) -> None:
    with pytest.raises(RosterFileError) as caught:
        split_table(text)
    assert found(caught.value.problems) == [(code, line)]
    assert sentences(caught.value.problems)


def test_too_many_rows_stop_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    with pytest.raises(RosterFileError, match="too_many_rows"):
        split_table("学年,組\n" + "1,2\n" * 4)


def test_rows_of_another_width_are_named_by_line() -> None:
    text = csv_text(HEADER, HARU, (*HARU, "", " "), HARU[:-1], (*HARU, "x"))
    errors = [error for error in read(text).errors if error.code == "cell_count"]
    assert sentences(errors) == [
        "4行目: 列の数が見出しと合いません(見出しは8列、この行は7列)。コンマや引用符の抜けを直してください。",
        "5行目: 列の数が見出しと合いません(見出しは8列、この行は9列)。コンマや引用符の抜けを直してください。",
    ]
