"""A whole file: every student, or every mistake with its line and what to do about it."""

import string

import pytest

from otayori.roster.imports.codes import Code
from otayori.roster.imports.columns import Column
from otayori.roster.imports.errors import Problem, RosterFileError, describe
from otayori.roster.imports.parse import MAX_ERRORS, StudentRow
from otayori.roster.imports.sentences import COLUMNS, SENTENCES
from tests.roster.import_files import (
    AOI,
    AOZORA,
    HARU,
    HEADER,
    JUN,
    KASHIWA,
    SAKURA,
    SAMPLE,
    csv_text,
    found,
    read,
    read_rows,
    sentences,
    with_cell,
)  # fmt: skip


def test_students_are_read() -> None:
    parsed = read_rows(HARU, JUN)
    assert parsed.rows == (
        StudentRow(2, SAKURA, "P3", "1", 1, "キム ハル", "キム ハル", "0001", ("サッカークラブ",)),
        StudentRow(3, KASHIWA, "J1", "1", 1, "キム ジュン", "キム ジュン", "0005", ("吹奏楽部",)),
    )
    assert (parsed.errors, parsed.notices, parsed.more_errors) == ((), (), 0)
    assert parsed.told == {Column.NUMBER, Column.KANA, Column.GROUPS}


def test_the_sample_of_the_documentation_is_read() -> None:
    parsed = read(SAMPLE.read_bytes())
    assert (parsed.errors, parsed.notices) == ((), ())
    assert len(parsed.rows) == 10
    assert {row.name for row in parsed.rows} >= {"髙橋 結衣", "𠮷田 陽葵"}


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("学年", "7", "学年「7」は小学校では使えません。1〜6の数字で入力してください。"),
        ("学年", "", "学年が空です。入力してください。"),
        ("組", "組", "組が空です。入力してください。"),
        ("組", "4年1組", "組「4年1組」の学年が、学年の列(3)と違います。どちらかを直してください。"),
        ("出席番号", "十", "出席番号「十」は使えません。1〜9999の整数で入力してください。"),
        ("氏名", "", "氏名が空です。入力してください。"),
        (
            "氏名",
            "山田\u200b葵",
            "氏名に目に見えない文字(U+200B)があります。入力し直してください。",
        ),
        (
            "氏名",
            "\ue000田",
            "氏名「□田」に外字(U+E000)があり、正しく表示できません。常用の字か、かなに直してください。",
        ),
        (
            "フリガナ",
            "Kim",
            "フリガナ「Kim」にかなでない文字「K」があります。全角カタカナで入力してください。",
        ),
        (
            "管理コード",
            "1.23E+10",
            (
                "管理コード「1.23E+10」は、Excelが長い数字を縮めた形です。"
                "Excelで開かずに、校務支援システムから出力したままのファイルを選んでください。"
            ),
        ),
        (
            "学校コード",
            "B999",
            (
                "学校コード「B999」の学校が見つかりません。"
                "コードの桁と誤字、設定にその学校があるか、担当する学校かを確かめてください。"
            ),
        ),
        ("学校コード", "", "学校コードが空です。入力してください。"),
    ],
)
def test_a_mistake_is_told_with_its_line(column: str, value: str, sentence: str) -> None:
    parsed = read_rows(AOI, with_cell(HARU, column, value))
    assert sentences(parsed.errors) == [f"3行目: {sentence}"]
    assert [row.name for row in parsed.rows] == ["山田 葵"]


def test_all_mistakes_of_a_row_are_told_at_once() -> None:
    row = (SAKURA, "9", "", "x", "", "漢字", "#", "a" * 50)
    codes = ["grade_elementary", "blank", "number", "blank", "not_kana", "code_character", "too_long"]
    assert found(read_rows(row).errors) == [(code, 2) for code in codes]


def test_a_code_used_twice_names_both_lines() -> None:
    parsed = read_rows(HARU, AOI, with_cell(JUN, "管理コード", "０００１"))
    assert sentences(parsed.errors) == [
        (
            "4行目: 管理コード「0001」が2行目と同じです。"
            "1人に1つの別のコードにするか、重なった行を消してください。"
        )
    ]


def test_a_seat_used_twice_names_both_lines() -> None:
    parsed = read_rows(HARU, with_cell(AOI, "出席番号", "１"))
    assert sentences(parsed.errors) == [
        "3行目: 学年「3」組「1」出席番号「1」が2行目と同じです。学年・組・出席番号のどれかを直してください。"
    ]


def test_lines_count_breaks_inside_cells() -> None:
    text = csv_text((*HEADER, "備考"), (*HARU, "あ\r\nい\nう"), (*with_cell(AOI, "学年", "8"), ""))
    assert found(read(text).errors) == [("grade_elementary", 5)]


def test_many_mistakes_are_counted_not_listed() -> None:
    rows = [(SAKURA, "9", "1", str(i), "山田 葵", "ヤマダ アオイ", f"{i:04}", "") for i in range(1, 301)]
    parsed = read_rows(*rows)
    assert (len(parsed.errors), parsed.more_errors, parsed.rows) == (MAX_ERRORS, 100, ())


def test_a_school_reads_its_own_file_alone() -> None:
    own = csv_text(HEADER[1:], HARU[1:])
    assert read(own, SAKURA).rows == read_rows(HARU).rows
    assert found(read(own).errors) == [("missing_column", 1)]
    assert read(csv_text(HEADER, with_cell(HARU, "学校コード", "")), SAKURA).errors == ()
    assert sentences(read(csv_text(HEADER, HARU, JUN), SAKURA).errors) == [
        (
            "3行目: 学校コード「C113200000025」は桜小学校(B113200000017)のコードではありません。"
            "他校の行を除いてください。"
        )
    ]


def test_a_special_needs_school_must_say_the_stage() -> None:
    row = with_cell(HARU, "学校コード", AOZORA)
    assert found(read_rows(row).errors) == [("grade_unclear", 2)]
    assert read_rows(with_cell(row, "学年", "中1")).rows[0].grade == "J1"


def test_conversions_are_told_once_for_the_file() -> None:
    rows = [(SAKURA, "3", "1", str(i), "山田 葵", "ﾔﾏﾀﾞ ｱｵｲ", f"{i:04}", "") for i in range(1, 9)]
    parsed = read_rows(*rows, with_cell(with_cell(JUN, "フリガナ", ""), "氏名", "〓井 順"))
    assert parsed.rows[0].kana == "ヤマダ アオイ"
    assert sentences(parsed.notices) == [
        "フリガナの半角カナを全角に直して読み込みます(8件、2, 3, 4, 5, 6…行目)。",
        "氏名に「?」「〓」などの記号があります(1件、10行目)。字が失われていないか確かめてください。",
        "フリガナがありません(1件、10行目)。五十音順の一覧では最後に並びます。",
    ]


def test_codes_that_lost_their_zeros_are_noticed() -> None:
    parsed = read_rows(HARU, with_cell(AOI, "管理コード", "2"), with_cell(JUN, "管理コード", "0105"))
    assert [(n.code, n.params["lines"]) for n in parsed.notices] == [(Code.SHORT_CODE, (3,))]


def test_an_empty_optional_column_is_not_an_absent_one() -> None:
    assert Column.GROUPS in read_rows(AOI).told
    assert Column.GROUPS not in read(csv_text(HEADER[:-1], AOI[:-1])).told


def test_every_problem_has_a_sentence_that_can_be_translated() -> None:
    assert set(SENTENCES) == set(Code)
    assert set(COLUMNS) == {column.value for column in Column}
    problem = Problem(Code.BLANK, 3, {"column": "name"})
    english = {"%(line)d行目: %(sentence)s": "Line %(line)d: %(sentence)s", "氏名": "Name"}
    english[SENTENCES[Code.BLANK]] = "%(column)s is empty."
    assert describe(problem, lambda sentence: english[sentence]) == "Line 3: Name is empty."


def test_a_whole_page_in_a_cell_is_cut_for_the_sentence() -> None:
    parsed = read_rows(with_cell(HARU, "学年", "あ" * 5000))
    assert len(sentences(parsed.errors)[0]) < 120


def test_the_text_of_an_exception_holds_no_names() -> None:
    error = RosterFileError(Problem(Code.TOO_LONG, 4, {"column": "name", "value": "山田", "limit": 1}))
    assert str(error) == "too_long@4"
    assert set(str(error)) <= set(string.printable)
