"""The guard finds what must not go to many families, and is silent about ordinary letters."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otayori.messaging.guard import contact, lists, names, words
from otayori.messaging.guard.finding import Audience, Kind, Roster
from otayori.messaging.guard.fold import fold, fold_text
from otayori.messaging.guard.read import Known, read, read_name

TODAY = date(2026, 11, 26)
CHILDREN = {
    "haru": ("キム ハル", "キム ハル"),
    "aoi": ("山田 葵", "ヤマダ アオイ"),
    "sora": ("渡邉 空", "ワタナベ ソラ"),
    "mei": ("アルバレス 芽衣", "アルバレス メイ"),
    "ren": ("髙橋 蓮", "タカハシ レン"),
    "ichi": ("原 一", "ハラ ハジメ"),
    "fuyuko": ("小林 冬子", "コバヤシ フユコ"),
}


def roster(children: dict[str, tuple[str, str]] = CHILDREN) -> Roster:
    return Roster(
        names={fold(name): frozenset([key]) for key, (name, _kana) in children.items()},
        kana={fold(kana): frozenset([key]) for key, (_name, kana) in children.items()},
        surnames=frozenset(fold(name.split()[0]) for name, _kana in children.values()),
        kana_surnames=frozenset(fold(kana.split()[0]) for _name, kana in children.values()),
    )


KNOWN = Known(roster(), frozenset(["0312345678", "0300000000"]), TODAY)
MANY = Audience()


def kinds(text: str, audience: Audience = MANY) -> set[Kind]:
    return {finding.kind for finding in read(text, KNOWN, audience)}


@pytest.mark.parametrize(
    "text",
    [
        "山田葵さんと渡邉空さんは職員室へ。",
        "山田 葵、渡辺 空",
        "山田　葵\n渡邊　空",
        "ﾔﾏﾀﾞ ｱｵｲ / ﾜﾀﾅﾍﾞ ｿﾗ",
        "やまだあおい、わたなべそら",
        "キム・ハル 高橋 蓮",
        "山田,葵,3年1組\nキム,ハル,3年1組",
        "山\u200b田\U000e0100葵　高橋蓮",
        "山田\t葵\t\n髙橋\t蓮",
    ],
)
def test_names_are_found_however_they_are_written(text: str) -> None:
    found = {finding.kind: finding.snippets for finding in read(text, KNOWN, MANY)}
    assert len(found[Kind.SEVERAL_NAMES]) == 2


def test_a_child_named_twice_in_two_scripts_is_one() -> None:
    assert kinds("山田葵（やまだあおい）さん、山田 葵さん") == {Kind.ONE_NAME}


def test_short_names_and_chance_kana_do_not_count() -> None:
    assert not kinds("原 一さん。きむはる の すきな もの。")
    assert kinds("キムハルさんへ") == {Kind.ONE_NAME}


def test_the_own_family_may_read_the_own_name_and_nobody_elses() -> None:
    aoi = Audience(own=frozenset(["aoi"]), is_one_family=True)
    assert not kinds("山田葵さんの未納分について。督促いたします。診断書", aoi)
    assert kinds("山田葵さん、渡辺空さん", aoi) == {Kind.ONE_NAME}
    assert kinds("山田葵さん、渡辺空さん、髙橋蓮さん", aoi) == {Kind.SEVERAL_NAMES}


def test_what_was_found_is_shown_as_written() -> None:
    (finding,) = read("本日、渡邊　空 さんが", KNOWN, MANY)
    assert finding.snippets == ("渡邊 空",)


LIST_OF_STRANGERS = """令和7年度 1年1組
1 石塚 翔太
2 大森 美咲
3 神田 大和
4 佐久間 さくら
5 田村 蒼
6 山崎 陽菜
7 吉田 ひなた
"""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (LIST_OF_STRANGERS, Kind.NAME_LIST),
        ("鈴木一郎\n佐藤花子\n高橋大輔\n田中美穂\n伊藤健太\n", Kind.NAME_LIST),
        ("1 佐藤 花子 2 鈴木 一郎 3 高橋 大輔\n4 田中 美穂 5 伊藤 健太 6 山本 樹", Kind.NAME_LIST),
        ("090-1234-5678 にお電話ください。", Kind.PHONES),
        ("０８０（１２３４）５６７８", Kind.PHONES),
        ("山本 03-1111-2222\n佐々木 03-3333-4444", Kind.PHONES),
        ("みどり区桜町1-2-3\nみどり区本町3丁目5番2号", Kind.ADDRESSES),
        ("東京都みどり区緑が丘４－５－６\n桜町二丁目 みどり区桜町2-10-305", Kind.ADDRESSES),
        ("taro@mail.example.com hanako@mail.example.com", Kind.EMAILS),
        ("生年月日 平成30年4月2日\n生年月日 平成31年1月5日\n生年月日 令和元年8月9日", Kind.BIRTH_DATES),
        ("佐藤 花子 2018/4/2\n鈴木 一郎 2018.5.3\n高橋 大輔 2018-12-24", Kind.BIRTH_DATES),
        ("組 番号 氏名 性別 住所\n1 1 あああ 男\n2 2 いいい 女\n3 3 ううう 女", Kind.TABLE),
        ("準要保護の児童", Kind.PRIVATE_WORDS),
        ("就学援助費の受給者", Kind.PRIVATE_WORDS),
        ("【取扱注意】", Kind.PRIVATE_WORDS),
        ("給食費が未納となっております。", Kind.PRIVATE_WORDS),
        ("10月分のお支払いの確認ができておりません。", Kind.PRIVATE_WORDS),
        ("教材費の引き落としができませんでした。", Kind.PRIVATE_WORDS),
        ("葵さんのお母様へ。本日はありがとうございました。", Kind.ADDRESSED),
        ("渡辺様の保護者様", Kind.ADDRESSED),
    ],
)
def test_what_must_not_go_to_many_is_found(text: str, kind: Kind) -> None:
    assert kind in kinds(text)


def test_words_usual_in_letters_count_beside_a_name() -> None:
    said = "通知表の所見について"
    assert not kinds(said)
    assert kinds(f"山田葵 {said}") == {Kind.ONE_NAME, Kind.PRIVATE_WORDS}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("令和7年度1年生名簿.xlsx", Kind.FILE_NAME),
        ("緊急連絡網(R8).pdf", Kind.FILE_NAME),
        ("通知表_3年1組.pdf", Kind.FILE_NAME),
        ("個票（山田葵）.pdf", Kind.ONE_NAME),
    ],
)
def test_a_scan_tells_by_its_name_alone(name: str, kind: Kind) -> None:
    assert kind in {finding.kind for finding in read_name(name, KNOWN, MANY)}


@pytest.mark.parametrize(
    "name", ["遠足のお知らせ.pdf", "通知表の見方.pdf", "学校だより12月号.pdf", "IMG_1234.jpg"]
)
def test_usual_file_names_are_nothing(name: str) -> None:
    assert not read_name(name, KNOWN, MANY)


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for finding in read(text, KNOWN, MANY):
        assert finding.snippets
        assert all(finding.snippets)


SEPARATORS = st.sampled_from(["", " ", "　", "\t", "\n", "・", ",", "\u200b", " \n "])


@given(
    before=st.text(alphabet="。「」0123456789年組番はをにxyz \n", max_size=40),
    after=st.text(alphabet="。「」0123456789年組番はをにxyz \n", max_size=40),
    between=SEPARATORS,
    key=st.sampled_from(["haru", "aoi", "sora", "mei", "ren", "fuyuko"]),
)
def test_a_name_is_found_in_any_surroundings(before: str, after: str, between: str, key: str) -> None:
    surname, given_name = CHILDREN[key][0].split()
    hits = names.find(fold_text(f"{before}{surname}{between}{given_name}{after}"), KNOWN.roster)
    assert [hit.keys for hit in hits] == [frozenset([key])]


@given(st.text(max_size=200))
def test_folding_keeps_places(text: str) -> None:
    folded = fold_text(text)
    assert len(folded.text) == len(folded.script) == len(folded.at)


@given(st.text(alphabet="髙高邉辺あアｱゔヴ々ー　 ・葵蓮", max_size=12))
def test_a_name_folded_twice_is_folded_once(text: str) -> None:
    assert fold(fold(text)) == fold(text) == fold_text(text).text


def test_a_list_needs_five_names_of_three_families() -> None:
    assert not lists.find(["佐藤 花子", "鈴木 一郎", "高橋 大輔", "田中 美穂"], KNOWN.roster)
    assert not lists.find([f"小林 花{n}子" for n in "一二三四五六"], KNOWN.roster)


def test_public_numbers_are_public_up_to_a_list_of_them() -> None:
    centres = [f"みどり区第{n}センター 03-2222-{n:04}" for n in range(3)]
    assert not contact.phones(centres, [])
    forms = [f"入学予定校 桜小学校 保護者電話 03-2222-{n:04}" for n in range(20)]
    assert len(contact.phones(forms, [])) == 20


def test_every_word_says_why() -> None:
    assert all(len(word.why) > 10 for word in words.TABLE)
