"""Slots of templates: what each takes, and the text with them filled."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otayori.messaging.slots import Slot, Value, dump, fill, guess, load, named, unfilled, values

TEXT = "｛日付｝ ｛時刻｝に、｛場所｝へ来てください。"
keys = st.text(st.characters(exclude_characters="｛｝\n", codec="utf-8"), min_size=1, max_size=20)
plain = st.text(st.characters(exclude_characters="｛｝\n", codec="utf-8"), max_size=30)


def test_dates_times_and_numbers_are_written_as_everywhere() -> None:
    told: dict[str, Value] = {"日付": date(2026, 11, 25), "時刻": time(13), "場所": "校庭"}
    assert fill(TEXT, told) == "11月25日(水) 13:00に、校庭へ来てください。"
    assert fill("集金は｛金額｝円", {"金額": 12000}) == "集金は12,000円"


def test_what_has_no_value_stays_to_be_seen() -> None:
    half = fill(TEXT, {"時刻": time(7, 40)})
    assert half == "｛日付｝ 07:40に、｛場所｝へ来てください。"
    assert unfilled(half) == ["日付", "場所"]


def test_a_line_of_what_may_stay_empty_is_left_out() -> None:
    text = "延期します。\n持ち物：｛持ち物｝\nよろしくお願いします。"
    assert fill(text, {"持ち物": ""}) == "延期します。\nよろしくお願いします。"
    assert fill(text, {"持ち物": "水筒"}) == "延期します。\n持ち物：水筒\nよろしくお願いします。"


@pytest.mark.parametrize(
    ("slot", "typed", "value"),
    [
        (Slot(key="日", type="date"), "2026-11-25", date(2026, 11, 25)),
        (Slot(key="時刻", type="time"), "08:30", time(8, 30)),
        (Slot(key="人数", type="number"), "1,200", 1200),
        (Slot(key="理由", type="choice", options=("大雨", "大雪")), "大雪", "大雪"),
        (Slot(key="学級", type="class"), " 3年1組、3年2組 ", "3年1組、3年2組"),
    ],
)
def test_each_type_reads_what_its_field_posts(slot: Slot, typed: str, value: Value) -> None:
    assert slot.read(typed) == value
    assert values([slot], {slot.key: typed}) == {slot.key: value}


@pytest.mark.parametrize(
    ("slot", "typed"),
    [
        (Slot(key="日", type="date"), "25日"),
        (Slot(key="時刻", type="time"), "8時半"),
        (Slot(key="人数", type="number"), "多数"),
        (Slot(key="理由", type="choice", options=("大雨",)), "大雪"),
        (Slot(key="場所"), ""),
        (Slot(key="場所"), "長" * 201),
    ],
)
def test_what_was_typed_wrong_is_not_filled_in(slot: Slot, typed: str) -> None:
    assert values([slot], {slot.key: typed}) == {}


def test_where_a_field_begins() -> None:
    now = datetime(2026, 12, 31, 7, 40)  # noqa: DTZ001
    assert Slot(key="時刻", type="time", default="now").begin(now) == "07:40"
    assert Slot(key="日", type="date", default="today").begin(now) == "2026-12-31"
    assert Slot(key="日", type="date", default="tomorrow").begin(now) == "2027-01-01"
    assert Slot(key="時刻", type="time", default="14:00").begin(now) == "14:00"
    assert Slot(key="場所", type="place", default="校庭").begin(now) == "校庭"


@pytest.mark.parametrize(
    "row",
    [
        {"key": ""},
        {"key": "時｝刻"},
        {"key": "理由", "type": "choice"},
        {"key": "場所", "type": "place", "options": ["校庭"]},
        {"key": "時刻", "type": "time", "default": "いま"},
        {"key": "時刻", "type": "moment"},
        {"key": "時刻", "colour": "red"},
    ],
)
def test_a_slot_that_makes_no_sense_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        load([row])


def test_the_name_of_a_slot_speaks_of_its_type() -> None:
    kinds = {guess(key).type for key in ("下校時刻", "集合の時間")}
    assert kinds == {"time"}
    assert guess("実施日").type == "date"
    assert guess("集合場所").type == "place"
    assert guess("対象の学級").type == "class"
    assert guess("持ち物").type == "text"


def test_known_slots_are_kept_and_new_ones_guessed() -> None:
    kept = Slot(key="場所", label="集まる場所", default="校庭")
    assert named(TEXT, [kept]) == [guess("日付"), guess("時刻"), kept]
    assert load(dump([kept])) == [kept]


@given(st.lists(st.tuples(plain, keys), max_size=5), plain)
def test_filling_everything_leaves_nothing(parts: list[tuple[str, str]], end: str) -> None:
    text = "".join(f"{before}｛{key}｝" for before, key in parts) + end
    told: dict[str, Value] = {key: "値" for _before, key in parts}
    assert set(unfilled(text)) == set(told)
    assert fill(text, told) == "".join(f"{before}値" for before, _key in parts) + end


@given(st.text(max_size=80), st.dictionaries(keys, plain.filter(bool), max_size=3))
def test_filling_twice_is_filling_once_and_other_words_stay(text: str, told: dict[str, Value]) -> None:
    once = fill(text, told)
    assert fill(once, told) == once
    assert fill(text, {}) == text
    assert set(unfilled(once)) == set(unfilled(text)) - set(told)
