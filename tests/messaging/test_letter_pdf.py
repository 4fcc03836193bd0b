"""The letter on paper: what was typed is what is printed, whoever typed it, and each family gets its own."""

import io
import re
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from otayori.messaging.letter_pdf import Addressee, Letter, ListOf, Row, children, letters

LETTER = Letter(
    day=date(2026, 11, 26),
    sender="桜小学校",
    contact="電話 03-1234-5678",
    marks=("重要",),
    title="明日の遠足",
    text="　お弁当をお持ちください。\n雨のときは授業です。\n\n\n集合 8時20分",
    files=("しおり.pdf",),
    footer="「おたより」で配信したお知らせです。",
)
AOI, SORA = Addressee("3年1組 2番", "山田 葵"), Addressee("3年1組 3番", "渡辺 空")


def pages(pdf: bytes) -> list[str]:
    return [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_a_letter_says_who_when_what_and_how_to_ask() -> None:
    (page,) = pages(letters(LETTER, []))
    for words in (
        "保護者の皆様",
        "2026年11月26日(木)",
        "桜小学校",
        "電話03-1234-5678",
        "重要",
        "明日の遠足",
        "お弁当をお持ちください。雨のときは授業です。集合8時20分",
        "・しおり.pdf",
        "「おたより」で配信したお知らせです。",
    ):
        assert words in page


@pytest.mark.parametrize(
    "text",
    [
        '#import "x"',
        "*強調* _下線_",
        "$x^2$",
        "<label> @ref",
        "\\ /* */ // 注",
        "= 見出し",
        "- 項目",
        "#(1+1)",
    ],
)
def test_nothing_typed_is_read_as_markup(text: str) -> None:
    (page,) = pages(letters(replace(LETTER, title=text, text=text, files=(text,)), []))
    assert page.count(re.sub(r"\s+", "", text)) >= 3


def test_each_family_gets_its_own_copy_in_the_order_given() -> None:
    first, second = pages(letters(LETTER, [AOI, SORA]))
    assert "3年1組2番山田葵さんの保護者様" in first
    assert "3年1組3番渡辺空さんの保護者様" in second
    assert "渡辺" not in first
    for page in (first, second):
        assert "お弁当をお持ちください。" in page
        assert "皆様" not in page


def test_the_pages_of_a_long_letter_are_numbered_for_each_family() -> None:
    long = replace(LETTER, text=("遠足のお知らせです。" * 30 + "\n\n") * 8)
    found = pages(letters(long, [AOI, SORA]))
    assert len(found) == 4
    for page, number in zip(found, ("1/2", "2/2", "1/2", "2/2"), strict=True):
        assert number in page
    assert ["山田葵" in page for page in found] == [True, False, False, False]


def test_the_letter_is_in_the_file_once() -> None:
    few = len(letters(LETTER, [AOI]))
    many = len(letters(LETTER, [AOI] * 200))
    assert many < few + 200 * 2000  # a copy costs its addressee


def test_what_no_font_draws_is_marked_and_long_words_stay_on_the_paper() -> None:
    address = "https://www.example.lg.jp/" + "a" * 200
    (page,) = pages(letters(replace(LETTER, text=f"外字\ue000と\u202e絵😀\n{address}"), []))
    assert "外字〓と絵〓" in page
    assert "a" * 60 in page.replace("\u200b", "")


def test_a_long_name_keeps_to_its_place() -> None:
    name = "アルバレス・ゴンザレス・デ・ラ・クルス マリア・フェルナンダ・グアダルーペ"
    (page,) = pages(letters(LETTER, [Addressee("小1年1組 12番", name)]))
    assert "さんの保護者様" in page


def test_lists_by_class() -> None:
    rows = (Row("2", "山田 葵", "未登録", "紙 11/25"), Row("", "渡辺 空", "未読", ""))
    listed = ListOf(
        "hand", date(2026, 11, 26), "一覧", "「*遠足*」", "桜小学校", (("3年1組", rows), ("3年2組", rows[:1]))
    )
    first, second = pages(children(listed))
    for words in ("「*遠足*」", "3年1組2人", "山田葵", "未登録", "紙11/25", "渡辺空", "細断"):
        assert words in first
    assert "3年2組1人" in second
    (call,) = pages(children(replace(listed, kind="call")))
    assert "電話番号" in call
    assert "3年2組1人" in call
