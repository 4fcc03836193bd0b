"""What a file would change is told before anything changes: who is new, moved, changed, gone."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otayori.roster.imports.columns import Column
from otayori.roster.imports.diff import (
    ClassroomKey,
    CurrentStudent,
    FieldChange,
    GroupKey,
    Plan,
    SchoolLoss,
    make_plan,
)  # fmt: skip
from otayori.roster.imports.parse import StudentRow
from tests.roster.import_files import KASHIWA, SAKURA

TOLD = frozenset({Column.NUMBER, Column.KANA, Column.GROUPS})
HARU = StudentRow(2, SAKURA, "P3", "1", 1, "キム ハル", "キム ハル", "0001", ("サッカークラブ",))
AOI = StudentRow(3, SAKURA, "P3", "1", 2, "山田 葵", "ヤマダ アオイ", "0002", ())
JUN = StudentRow(4, KASHIWA, "J1", "1", 1, "キム ジュン", "キム ジュン", "0005", ("吹奏楽部",))


def current(row: StudentRow, **other: object) -> CurrentStudent:
    """The student of the roster whom `row` tells exactly as they are."""
    known = CurrentStudent(
        student_id=UUID(int=int(row.management_code)),
        **{name: getattr(row, name) for name in StudentRow.__slots__ if name != "line"},
    )
    return replace(known, **other)  # type: ignore[arg-type]


def plan(
    today: list[CurrentStudent],
    rows: list[StudentRow],
    told: frozenset[Column] = TOLD,
    scope: tuple[str, ...] = (SAKURA, KASHIWA),
) -> Plan:
    return make_plan(today, rows, scope=scope, told=told)


def crowd(count: int) -> list[StudentRow]:
    return [replace(AOI, number=i, management_code=f"{1000 + i}") for i in range(1, count + 1)]


def test_the_same_roster_changes_nothing() -> None:
    result = plan([current(HARU), current(AOI), current(JUN)], [JUN, HARU, AOI])
    assert (result.is_empty, result.unchanged, result.needs_confirmation) == (True, 3, False)
    assert (result.new_classrooms, result.new_groups) == ((), ())


def test_a_first_roster_is_all_new() -> None:
    result = plan([], [JUN, AOI, HARU])
    assert result.new == (HARU, AOI, JUN)
    assert result.new_classrooms == (ClassroomKey(SAKURA, "P3", "1"), ClassroomKey(KASHIWA, "J1", "1"))
    assert result.new_groups == (GroupKey(SAKURA, "サッカークラブ"), GroupKey(KASHIWA, "吹奏楽部"))


def test_changes_are_told_field_by_field() -> None:
    aoi = replace(AOI, class_name="2", number=9, name="佐藤 葵", groups=("図書", "合唱"))
    (change,) = plan([current(AOI)], [aoi]).changed
    assert change.fields == (
        FieldChange("class_name", "1", "2"),
        FieldChange("number", 2, 9),
        FieldChange("name", "山田 葵", "佐藤 葵"),
        FieldChange("groups", (), ("合唱", "図書")),
    )


def test_spaces_and_the_order_of_groups_are_no_change() -> None:
    today = current(AOI, name="山田　葵", kana="ヤマダ　アオイ", groups=("b", "a"))
    assert plan([today], [replace(AOI, groups=("a", "b"))]).is_empty


def test_a_column_the_file_lacks_changes_nothing() -> None:
    row = replace(HARU, number=None, kana="", groups=())
    assert plan([current(HARU)], [row], told=frozenset()).is_empty
    (change,) = plan([current(HARU)], [replace(row, class_name="2")], told=frozenset()).changed
    assert change.fields == (FieldChange("class_name", "1", "2"), FieldChange("number", 1, None))


def test_only_schools_the_file_speaks_for_lose_students() -> None:
    today = [current(HARU), current(AOI), current(JUN)]
    assert plan(today, [HARU], scope=(SAKURA,)).gone == (current(AOI),)
    assert plan(today, [HARU], scope=(SAKURA, KASHIWA)).gone == (current(AOI), current(JUN))


def test_a_move_between_schools_keeps_the_student() -> None:
    moved = replace(HARU, school_code=KASHIWA, grade="J1", number=5)
    result = plan([current(HARU), current(JUN)], [moved, JUN])
    assert (result.new, result.gone) == ((), ())
    (change,) = result.moved_schools
    assert change.current.student_id == current(HARU).student_id
    assert change.touches("grade")


def test_who_comes_back_is_the_same_student() -> None:
    result = plan([current(AOI, enrolled=False)], [AOI])
    assert (result.new, len(result.returned)) == ((), 1)
    assert plan([current(AOI, enrolled=False)], [HARU]).gone == ()


def test_a_student_entered_by_hand_is_no_business_of_the_file() -> None:
    assert plan([current(AOI, management_code="")], [HARU]).gone == ()


@pytest.mark.parametrize(
    ("before", "left", "flagged"),
    [(100, 80, False), (100, 79, True), (10, 5, False), (10, 4, True), (5, 0, False)],
)
def test_a_school_losing_too_many_is_flagged(before: int, left: int, flagged: bool) -> None:
    rows = crowd(before)
    result = plan([current(row) for row in rows] + [current(JUN)], [*rows[:left], JUN])
    assert result.needs_confirmation is flagged
    loss = (SchoolLoss(SAKURA, before - left, before),) if flagged else ()
    assert result.too_many_gone == loss


@pytest.mark.parametrize(
    ("name", "kana", "other"),
    [
        ("佐藤 葵", "サトウ アオイ", False),  # the family's name changed
        ("山田 蒼", "ヤマダ アオイ", False),
        ("ヤマダ アオイ", "ヤマダ アオイ", False),  # kana until the letters are known
        ("伊藤 凛", "イトウ リン", True),
        ("伊藤 凛", "", True),
        ("伊藤凛", "イトウリン", True),
        ("佐藤葵", "サトウアオイ", False),
    ],
)
def test_a_code_used_again_for_another_child_is_flagged(name: str, kana: str, other: bool) -> None:
    result = plan([current(AOI)], [replace(AOI, name=name, kana=kana)])
    assert bool(result.other_person) is other
    assert result.needs_confirmation is other


def test_codes_that_lost_their_zeros_are_flagged() -> None:
    short = replace(AOI, management_code="2")
    result = plan([current(AOI)], [short])
    assert result.lost_zeros == ((current(AOI), short),)
    assert result.needs_confirmation


def test_classes_are_in_the_order_of_a_register() -> None:
    names = ["10", "2", "A", "1"]
    rows = [replace(AOI, class_name=n, management_code=f"{i}") for i, n in enumerate(names)]
    assert [row.class_name for row in plan([], rows).new] == ["A", "1", "2", "10"]


@given(st.permutations(crowd(6)), st.permutations([current(row) for row in [*crowd(8)[2:], HARU]]))
def test_the_digest_does_not_depend_on_order_or_lines(
    rows: list[StudentRow], today: list[CurrentStudent]
) -> None:
    numbered = [replace(row, line=i) for i, row in enumerate(rows, 2)]
    usual = plan([current(row) for row in [*crowd(8)[2:], HARU]], crowd(6))
    assert plan(today, numbered).digest == usual.digest


def test_the_digest_changes_with_the_roster() -> None:
    digests = {
        plan([current(AOI)], [AOI, HARU]).digest,
        plan([current(AOI)], [AOI]).digest,
        plan([current(AOI), current(JUN)], [AOI, HARU]).digest,
        plan([current(AOI, number=3)], [AOI, HARU]).digest,
        plan([current(AOI, name="山田 碧")], [AOI, HARU]).digest,
        plan([current(AOI)], [AOI, replace(HARU, kana="")]).digest,
        plan([current(AOI)], [AOI, HARU], told=frozenset()).digest,
    }
    assert len(digests) == 7
