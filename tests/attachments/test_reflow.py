"""Lines of a page become paragraphs; lists, headings and tables stay lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otayori.messaging.attachments.reflow import is_garbled, reflow

CASES = {
    "a paragraph broken by the margin": (
        [
            "今年の運動会は十月十二日に行います。雨のときは翌日に\n延期しますので、お弁当の用意をお願いいたします。集\n合は八時です。"
        ],
        "今年の運動会は十月十二日に行います。雨のときは翌日に延期しますので、お弁当の用意をお願いいたします。集合は八時です。",
    ),
    "a heading stays alone": (
        ["学年だより\n今年の運動会は十月十二日に行います。雨のときは翌日に\n延期します。"],
        "学年だより\n今年の運動会は十月十二日に行います。雨のときは翌日に延期します。",
    ),
    "a new paragraph begins with a space": (
        ["今年の運動会は十月十二日に行います。雨のときは延期で\n　お弁当の用意をお願いいたします。"],
        "今年の運動会は十月十二日に行います。雨のときは延期で\n　お弁当の用意をお願いいたします。",
    ),
    "lists": (
        ["次の物を、当日の朝に忘れずに持たせてくださるよう\n・水筒\n・帽子\n①しおり\n（１）鉛筆\n1. タオル"],
        "次の物を、当日の朝に忘れずに持たせてくださるよう\n・水筒\n・帽子\n①しおり\n（１）鉛筆\n1. タオル",
    ),
    "a broken line of a list goes on": (
        ["・水筒（お茶か水を入れて、名前を書いたものを持たせて\nください）\n・帽子"],
        "・水筒（お茶か水を入れて、名前を書いたものを持たせてください）\n・帽子",
    ),
    "a table keeps its lines": (
        ["時刻\t場所\t内容\n8:30\t校門\t集合して出席をとり体操をしてから出発\n9:00\t公園\t昼食"],
        "時刻\t場所\t内容\n8:30\t校門\t集合して出席をとり体操をしてから出発\n9:00\t公園\t昼食",
    ),
    "the days of a plan stay lines": (
        ["11月26日(木) 社会科見学（浄水場まで歩きます）\n12月1日(火) 避難訓練（いつもどおり下校）"],
        "11月26日(木) 社会科見学（浄水場まで歩きます）\n12月1日(火) 避難訓練（いつもどおり下校）",
    ),
    "a day within a sentence goes on": (
        [
            "今年の運動会は校庭で行います。雨のときは次の週に延期して\n10月19日に行います。お弁当の用意をお願いします。"
        ],
        "今年の運動会は校庭で行います。雨のときは次の週に延期して10月19日に行います。お弁当の用意をお願いします。",
    ),
    "Latin words keep their space": (
        ["The sports day is on the twelfth of October and it\nstarts at half past eight."],
        "The sports day is on the twelfth of October and it starts at half past eight.",
    ),
    "full-width and half-width stay": (["１２日（土）ｱｲｳ　ABC"], "１２日（土）ｱｲｳ　ABC"),
    "letters spread over the line": (["お　知　ら　せ"], "お　知　ら　せ"),
    "from top to bottom": (["学\n校\nだ\nよ\nり\n\n十月です。"], "学校だより\n\n十月です。"),
    "the page's number goes": (["一つ目の行\n二つ目の行\n- 3 -"], "一つ目の行\n二つ目の行"),
    "a lonely number stays": (["12"], "12"),
    "pages are apart, empty ones go": (["一ページ目", " \n", "三ページ目"], "一ページ目\n\n三ページ目"),
    "many empty lines are one": (["上\n\n\n\n下"], "上\n\n下"),
    "Windows and form feeds": (["上\r\n下\f右"], "上\n下\n右"),
    "small readings above the words do no harm": (
        ["うんどうかい\n運動会のお知らせ"],
        "うんどうかい\n運動会のお知らせ",
    ),
    "nothing": ([], ""),
}


@pytest.mark.parametrize("case", CASES)
def test_reflow(case: str) -> None:
    pages, shown = CASES[case]
    assert reflow(pages) == shown


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=200), max_size=3))
def test_no_letter_is_lost_or_made_up(pages: list[str]) -> None:
    def letters(text: str) -> list[str]:
        # a page's number may go, and so does a hyphen that only broke a word
        return [sign for sign in text if sign.isalpha()]

    assert letters(reflow(pages)) == letters("".join(pages))


@pytest.mark.parametrize(
    ("text", "odd"),
    [("運動会のお知らせ", False), ("", False), ("\ue000\ue001あ", True), ("\ufffd\ufffd\ufffd", True)],
)
def test_broken_letters_are_noticed(text: str, odd: bool) -> None:
    assert is_garbled(text) is odd
