"""What changed between two texts: runs that a reader takes in at a glance."""

import pytest

from otayori.messaging.changes import Change, changed_words

TABLE: list[tuple[str, str, list[Change]]] = [
    ("", "", []),
    ("集合は9時です。", "集合は9時です。", [("same", "集合は9時です。")]),
    ("", "新しい文です。", [("ins", "新しい文です。")]),
    ("古い文です。", "", [("del", "古い文です。")]),
    (
        "集合は10時です。",
        "集合は11時です。",
        [("same", "集合は"), ("del", "10"), ("ins", "11"), ("same", "時です。")],
    ),
    (
        "集合は9:30です。",
        "集合は9:15です。",
        [("same", "集合は"), ("del", "9:30"), ("ins", "9:15"), ("same", "です。")],
    ),
    (
        "お弁当をお持ちください。",
        "お弁当と水筒をお持ちください。",
        [("same", "お弁当"), ("ins", "と水筒"), ("same", "をお持ちください。")],
    ),
    (
        "明日は遠足です。\n雨なら中止です。\n",
        "明日は遠足です。\n8時に集まります。\n雨なら中止です。\n",
        [
            ("same", "明日は遠足です。\n"),
            ("ins", "8時に集まります。\n"),
            ("same", "雨なら中止です。\n"),
        ],
    ),
    (
        "サッカークラブは体育館で行います。",
        "バスケットクラブは体育館で行います。",
        [("del", "サッカークラブ"), ("ins", "バスケットクラブ"), ("same", "は体育館で行います。")],
    ),
    (  # one character between two changes is no island to read
        "25日の9時",
        "26日の10時",
        [("del", "25"), ("ins", "26"), ("same", "日の"), ("del", "9"), ("ins", "10"), ("same", "時")],
    ),
    ("1と2", "3と4", [("del", "1と2"), ("ins", "3と4")]),
    (
        "遠足のお知らせ",
        "給食費の口座振替について",
        [("del", "遠足のお知らせ"), ("ins", "給食費の口座振替について")],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), TABLE)
def test_changes_are_shown_in_runs(old: str, new: str, expected: list[Change]) -> None:
    assert changed_words(old, new) == expected


@pytest.mark.parametrize(("old", "new"), [(old, new) for old, new, _expected in TABLE])
def test_nothing_is_lost_on_either_side(old: str, new: str) -> None:
    for before, after in ((old, new), (new, old)):
        changes = changed_words(before, after)
        assert "".join(text for op, text in changes if op != "ins") == before
        assert "".join(text for op, text in changes if op != "del") == after
