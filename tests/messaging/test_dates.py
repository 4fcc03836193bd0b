"""The dates in letters of schools: what is found, and above all what is not."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otayori.messaging.dates.find import find
from otayori.messaging.dates.plans import plans

WRITTEN = date(2026, 11, 26)  # a Thursday


def said(text: str, written: date = WRITTEN, *, relative: bool = True) -> list[str]:
    """The dates of a text, each as one line: 11-28 10:00-12:00 ~01-07 due."""
    return [line(one) for one in find(text, written, relative=relative)]


def line(one: object) -> str:
    day, until = one.day, one.until  # type: ignore[attr-defined]
    starts, ends = one.starts, one.ends  # type: ignore[attr-defined]
    parts = [f"{day:%Y-%m-%d}" if day.year != WRITTEN.year else f"{day:%m-%d}"]
    if starts:
        parts.append(f"{starts:%H:%M}" + (f"-{ends:%H:%M}" if ends else ""))
    if until:
        parts.append(f"~{until:%Y-%m-%d}" if until.year != day.year else f"~{until:%m-%d}")
    return " ".join([*parts, "due"] if one.is_deadline else parts)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("学習発表会は11月28日(土) 10:00〜12:00に体育館で行います。", ["11-28 10:00-12:00"]),
        ("避難訓練：11/28（土）", ["11-28"]),
        ("2026年11月28日に行います。", ["11-28"]),
        ("令和8年11月28日（土）", ["11-28"]),
        ("R8年11月28日（土）", ["11-28"]),
        ("2026/11/28 9:00 受付", ["11-28 09:00"]),
        ("2026-12-01", ["12-01"]),
        ("日時　令和８年１１月２８日（土）午前９時３０分～午前１１時", ["11-28 09:30-11:00"]),
        ("１２／３（木）１３：３０〜", ["12-03 13:30"]),
        ("12月の行事予定\n3日(木) 避難訓練\n10日(木) 保護者会\n24日(木) 終業式", ["12-03", "12-10", "12-24"]),
        ("12月の予定 3日 避難訓練", []),  # a day alone may be anything: its weekday makes sure
        ("11月28日(土)・29日(日)に行います。", ["11-28", "11-29"]),
        ("12月10日、11日は短縮授業です。", ["12-10", "12-11"]),
        ("12/2(水)・3(木)・4(金) 13:30〜16:00 個人面談", ["12-02", "12-03", "12-04 13:30-16:00"]),
        ("12月24日〜1月7日は冬休みです。", ["12-24 ~2027-01-07"]),
        ("12月25日（金）から1月7日（木）まで冬季休業です。", ["12-25 ~2027-01-07"]),
        ("図書室の利用は12月1日～4日です。", ["12-01 ~12-04"]),
        ("12/24(木)〜26(土) スキー教室", ["12-24 ~12-26"]),
        ("12月24日 10:00〜12月25日 12:00", ["12-24 10:00-12:00 ~12-25"]),
        ("11月30日(月)までに提出してください。", ["11-30 due"]),
        ("11月30日(月)17時までに回答をお願いします。", ["11-30 17:00 due"]),
        ("提出期限：11月30日（月）", ["11-30 due"]),
        ("締切 12月4日（金）", ["12-04 due"]),
        ("申込〆切は12/4(金)です。", ["12-04 due"]),
        ("12月4日(金)必着", ["12-04 due"]),
        ("12月4日（金）締め切り", ["12-04 due"]),
        ("【回答期限】\n12月4日（金）", ["12-04 due"]),
        ("12月2日(水)13時から15時まで", ["12-02 13:00-15:00"]),
        ("12月2日(水)午後1時から3時まで", ["12-02 13:00-15:00"]),
        ("12月2日（水）午後1時30分〜3時30分", ["12-02 13:30-15:30"]),
        ("12月2日（水）9時半集合", ["12-02 09:30"]),
        ("12月2日(水)正午まで", ["12-02 12:00 due"]),
        ("12月2日（水）の朝8時に校庭へ集合します。", ["12-02 08:00"]),
        ("12月2日（水）　集合 8:15", ["12-02 08:15"]),
        ("日にち　12月2日（水）\n時間　9:00〜11:30\n場所　体育館", ["12-02 09:00-11:30"]),
        ("期日：12月2日(水)\n集合時刻：午前7時45分", ["12-02 07:45"]),
        ("12月2日（水曜日）", ["12-02"]),
        ("12月2日水曜日", ["12-02"]),
        ("12月12日（第2土曜）", ["12-12"]),
        ("1月11日（月・祝）はお休みです。", ["2027-01-11"]),
        ("2月11日（祝）", ["2027-02-11"]),
        ("明日は休校とします。", ["11-27"]),
        ("明日の運動会は延期します。", ["11-27"]),
        ("あした、9時に登校します。", ["11-27 09:00"]),
        ("明日11月27日(金)は9時登校です。", ["11-27 09:00"]),
        ("明後日の午前10時に行います。", ["11-28 10:00"]),
        ("本日15時から保護者会を行います。", ["11-26 15:00"]),
        ("あさっての土曜授業は中止です。", ["11-28"]),
        ("3月19日 卒業式", ["2027-03-19"]),  # of this school year: no weekday needed
        ("4月7日（水） 入学式", ["2027-04-07"]),
        ("11月20日(金)の不審者情報について", ["11-20"]),
        ("10月1日からの衣替え", ["10-01"]),
        ("11月28日(土)　雨天の場合は29日(日)に延期します。", ["11-28", "11-29"]),
        ("28日（土）は11月の授業参観です。", []),  # the month comes too late
        ("1/8(金)始業式", ["2027-01-08"]),
        ("12/15 大掃除", ["12-15"]),
        ("12月2日(水)8:30-9:15 1時間目参観", ["12-02 08:30-09:15"]),
        ("個人面談 12月7日(月)〜11日(金) 13:40〜16:20", ["12-07 ~12-11"]),
        ("集金は12月8日（火）です。電話は03-1234-5678へ。", ["12-08"]),
        ("令和9年1月8日(金)", ["2027-01-08"]),
    ],
)  # fmt: skip
def test_what_is_found(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "3年1組の保護者の皆様",
        "色紙1/2枚をお持ちください。",
        "全体の1/2の方が回答しました。",
        "電話 03-1234-5678",
        "携帯 090-1234-5678 まで",
        "10:00に集合します。",
        "8時15分までに登校してください。",
        "第1回学校運営協議会",
        "令和8年度の学校だより",
        "令和8年度11月号",
        "https://sakura.example/2026/11/28/news",
        "http://sakura.example/11-28",
        "11-28@mail.example へ",
        "11月号をお届けします。",
        "11月中旬に行います。",
        "11月28日(月)に行います。",  # it is a Saturday
        "11/28(水)",
        "2026年11月28日(日)",
        "令和7年11月28日(土)",
        "13月5日",
        "2月30日(火)",
        "11月31日",
        "99/99",
        "3日間の学級閉鎖とします。",
        "発症後5日を経過するまで",
        "11月は30日ある",
        "4月1日現在の在籍数",
        "2019年4月2日から生まれた方",
        "2015年4月2日生まれの児童",
        "12月1日号",
        "明日への架け橋",
        "明日を担う子どもたち",
        "明日の日本を考える",
        "明日香さんの作品",
        "あすなろ学級",
        "あしたば公園に行きました。",
        "今日の社会では",
        "本日配布しました。",
        "昨日の続き",
        "6月10日の運動会では",  # that of last summer, for all the text says
        "5年2組 12番",
        "体温37.5度以上",
        "1時30分から2時30分",
        "時速11/28km",
        "ver 1.12.3",
        "12月24日(木)〜1月7日(金)",  # the last day contradicts itself: so may the first
        "",
    ],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert said(text) == []


def test_an_hour_that_may_be_at_night_is_left_out() -> None:
    assert said("12月2日(水)1時30分から") == ["12-02"]
    assert said("12月2日(水)9:00〜3:00") == ["12-02 09:00"]
    assert said("12月2日(水)午前1時30分") == ["12-02 01:30"]


def test_tomorrow_that_contradicts_its_date_is_no_date() -> None:
    assert said("明日11月28日(土)は休校です。") == []


def test_words_that_may_be_of_another_day_are_passed_over() -> None:
    assert said("明日は休校です。12月1日(火)から登校します。", relative=False) == ["12-01"]


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        (date(2026, 12, 20), "1月8日(金)", date(2027, 1, 8)),
        (date(2027, 1, 5), "12月24日", date(2026, 12, 24)),  # what has just been
        (date(2026, 4, 10), "3月19日", date(2026, 3, 19)),
        (date(2026, 5, 30), "3月19日", date(2027, 3, 19)),
        (date(2026, 5, 30), "3月19日(木)", None),  # it was this year's: a Thursday
        (date(2027, 3, 20), "4月7日", date(2027, 4, 7)),
        (date(2027, 10, 1), "2月29日(火)", date(2028, 2, 29)),
        (date(2026, 11, 26), "2月29日", None),
    ],
)
def test_the_year_is_that_of_what_comes(written: date, text: str, expected: date | None) -> None:
    assert [one.day for one in find(text, written)] == ([expected] if expected else [])


def test_where_it_stands() -> None:
    text = "学習発表会は、１１月２８日（土）１０：００〜１２：００です。"
    (one,) = find(text, WRITTEN)
    assert text[one.start : one.end] == "１１月２８日（土）１０：００〜１２：００"
    assert (one.starts, one.ends) == (time(10), time(12))


_BITS = [
    "11月", "28日", "(土)", "（日）", "11/28", "~", "・", "から", "まで", "10:00", "午後", "1時", "半",
    "明日", "令和8年", "2026年", "\n時間", "締切", " ", "、", "99", "２", "日", "月", "は", "\0",
    "http://a/1/2", "元年", "29", "(水)",
]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.text(), st.lists(st.sampled_from(_BITS), max_size=25).map("".join)), st.dates(
    min_value=date(2000, 1, 1), max_value=date(2090, 1, 1)))  # fmt: skip
def test_it_never_fails_and_stays_in_the_text(text: str, written: date) -> None:
    last = 0
    for one in find(text, written):
        assert last <= one.start < one.end <= len(text)
        assert one.until is None or one.until > one.day
        assert one.ends is None or one.starts is not None
        last = one.end


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8, tzinfo=ZoneInfo("Asia/Tokyo"))


def test_a_day_said_twice_is_one_plan_and_the_fuller_one() -> None:
    found = plans(
        "11月28日(土) 学習発表会", "11月28日(土)\n11月28日(土) 10:00〜12:00\n", released_at=at(WRITTEN)
    )
    assert [line(one) for one in found] == ["11-28 10:00-12:00"]


def test_plans_come_in_order_of_time_and_none_that_had_passed() -> None:
    text = "12月4日(金)まで\n11月20日(金)の件\n11月28日(土)\n11月1日〜11月30日"
    assert [line(one) for one in plans("", text, released_at=at(WRITTEN))] == [
        "11-01 ~11-30", "11-28", "12-04 due"
    ]  # fmt: skip


def test_what_happened_earlier_on_the_day_is_no_plan() -> None:
    text = "本日午後2時30分ごろ、不審者の情報がありました。本日16時から保護者会を開きます。"
    then = datetime(2026, 11, 26, 15, 20, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert [line(one) for one in plans("", text, released_at=then)] == ["11-26 16:00"]


def test_a_correction_says_nothing_of_tomorrow() -> None:
    assert plans("明日は休校です", "", released_at=at(WRITTEN), version=2) == []
    assert len(plans("明日は休校です", "", released_at=at(WRITTEN))) == 1


def test_a_message_late_in_the_evening_is_of_its_day_in_japan() -> None:
    late = datetime(2026, 11, 26, 15, 30, tzinfo=ZoneInfo("UTC"))  # half past midnight in Tokyo
    (one,) = plans("明日は休校です", "", released_at=late)
    assert one.day == date(2026, 11, 28)
