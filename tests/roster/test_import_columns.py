"""Columns are found by their common names, in any order; what is not needed is left unread and named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otayori.roster.imports.columns import Column, recognise
from tests.roster.import_files import AOI, HARU, HEADER, JUN, SAKURA, csv_text, found, read, sentences


@pytest.mark.parametrize(
    ("title", "column"),
    [
        ("学校コード", Column.SCHOOL_CODE),
        ("学 校 番 号", Column.SCHOOL_CODE),
        ("School Code", Column.SCHOOL_CODE),
        ("年", Column.GRADE),
        ("学年(必須)", Column.GRADE),
        ("※学年（半角数字）", Column.GRADE),
        ("クラス", Column.CLASS_NAME),
        ("学級", Column.CLASS_NAME),
        ("Ｎｏ．", Column.NUMBER),
        ("番号", Column.NUMBER),
        ("児童氏名", Column.NAME),
        ("名　前", Column.NAME),
        ("氏名（漢字）", Column.NAME),
        ("氏名（カナ）", Column.KANA),
        ("ﾌﾘｶﾞﾅ", Column.KANA),
        ("ふりがな", Column.KANA),
        ("姓", Column.FAMILY_NAME),
        ("メイ", Column.GIVEN_KANA),
        ("学籍番号", Column.MANAGEMENT_CODE),
        ("個人コード", Column.MANAGEMENT_CODE),
        ("\ufeff管理コード", Column.MANAGEMENT_CODE),
        ("ユーザータグ", Column.GROUPS),
        ("所属グループ２", Column.GROUPS),
    ],
)
def test_common_names(title: str, column: Column) -> None:
    meaning = recognise(title)
    assert meaning is not None
    assert meaning[0] is column


@pytest.mark.parametrize(
    "title", ["", "保護者氏名", "氏名(保護者)", "兄弟姉妹", "個人番号", "学年2", "電話番号", "郵便番号"]
)
def test_names_that_mean_something_else(title: str) -> None:
    assert recognise(title) is None


@given(order=st.permutations(range(len(HEADER))), tabs=st.booleans())
def test_any_order_gives_the_same_students(order: list[int], tabs: bool) -> None:
    rows = [[row[i] for i in order] for row in (HEADER, HARU, AOI, JUN)]
    text = "\n".join("\t".join(row) for row in rows) if tabs else csv_text(*rows)
    assert read(text) == read(csv_text(HEADER, HARU, AOI, JUN))


def test_family_and_given_names_are_joined() -> None:
    header = ("学年", "組", "セイ", "メイ", "姓", "名", "児童コード")
    parsed = read(csv_text(header, ("3", "1", "ヤマダ", "アオイ", "山田", "葵", "0002")), SAKURA)
    assert parsed.errors == ()
    (aoi,) = parsed.rows
    assert (aoi.name, aoi.kana, aoi.school_code, aoi.number) == ("山田 葵", "ヤマダ アオイ", SAKURA, None)
    assert parsed.told == {Column.KANA}


def test_half_a_name_is_an_error() -> None:
    header = ("学年", "組", "苗字", "名前", "管理コード")
    parsed = read(csv_text(header, ("3", "1", "山田", "葵", "0002")), SAKURA)
    assert sentences(parsed.errors) == [
        (
            "1行目: 姓と名の列は両方が要ります。「姓」はありますが、対になる「名」の列がありません。"
            "いまの見出し: 学年、組、苗字、名前、管理コード。"
        )
    ]


def test_a_running_number_beside_the_real_one_is_ignored() -> None:
    text = csv_text(("No.", *HEADER, "学籍番号", "姓", "名"), ("77", *HARU, "555", "金", "春"))
    (haru,) = read(text).rows
    assert (haru.number, haru.management_code, haru.name) == (1, "0001", "キム ハル")
    assert "読み込まない列: No.、学籍番号、姓、名。" in sentences(read(text).notices)


def test_missing_columns_are_all_named() -> None:
    parsed = read("学年,氏名,住所\n3,山田 葵,みどり区1-2\n")
    assert found(parsed.errors) == [("missing_column", 1)] * 3
    assert sentences(parsed.errors)[2] == (
        "1行目: 「管理コード」の列がありません。見出しを次のどれかにしてください: 管理コード、児童コード、"
        "生徒コード、園児コード、児童生徒コード。いまの見出し: 学年、氏名、住所。"
    )
    assert "みどり区" not in "".join(sentences(parsed.errors))


def test_a_doubled_column_is_named() -> None:
    parsed = read(csv_text((*HEADER, "クラス"), (*HARU, "1")))
    assert sentences(parsed.errors) == [
        (
            "1行目: 「組」にあたる列が2つあります(組、クラス)。どれか1つだけを残してください。"
            "いまの見出し: 学校コード、学年、組、出席番号、氏名、フリガナ、管理コード、グループ、クラス。"
        )
    ]


def test_personal_data_is_named_and_dropped() -> None:
    titles = ("現住所", "生年月日", "性別", "保護者氏名", "通学班", "個人番号")
    parsed = read(csv_text((*HEADER, *titles), (*HARU, "みどり区1-2", "2017/5/1", "1", "金", "3", "9")))
    assert sentences(parsed.notices) == [
        "個人情報なので読み込まず、保存もしない列: 現住所、生年月日、性別、保護者氏名、個人番号。",
        "読み込まない列: 通学班。",
    ]
    assert "みどり区" not in repr(parsed)


def test_several_group_columns_are_one() -> None:
    text = csv_text((*HEADER[:-1], "グループ1", "グループ2"), (*HARU[:-1], "サッカークラブ", "図書委員会"))
    assert read(text).rows[0].groups == ("サッカークラブ", "図書委員会")
