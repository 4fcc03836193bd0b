"""One cell at a time: grades, classes, names, kana, codes and groups as schools write them."""

import pytest

from otayori.roster.imports import cells
from otayori.roster.imports.cells import CellError
from otayori.roster.imports.codes import Code
from otayori.roster.imports.columns import Column
from otayori.roster.imports.grades import read_grade


@pytest.mark.parametrize(
    ("text", "kind", "grade"),
    [
        ("1", "elementary", "P1"),
        ("６", "elementary", "P6"),
        ("01", "elementary", "P1"),
        ("３年", "elementary", "P3"),
        ("三年生", "elementary", "P3"),
        ("第3学年", "elementary", "P3"),
        ("小学3年", "elementary", "P3"),
        ("小学校 3年", "elementary", "P3"),
        ("p3", "elementary", "P3"),
        ("2", "junior_high", "J2"),
        ("中2", "junior_high", "J2"),
        ("Ｊ２", "junior_high", "J2"),
        ("年長", "kindergarten", "E3"),
        ("年中組", "kindergarten", "E2"),
        ("３歳児", "kindergarten", "E1"),
        ("5歳", "kindergarten", "E3"),
        ("2", "kindergarten", "E2"),
        ("小1", "special_needs", "P1"),
        ("中学部3年", "special_needs", "J3"),
        ("年少", "special_needs", "E1"),
        ("P6", "special_needs", "P6"),
        ("7", "elementary", Code.GRADE_ELEMENTARY),
        ("0", "elementary", Code.GRADE_ELEMENTARY),
        ("10", "elementary", Code.GRADE_ELEMENTARY),
        ("中2", "elementary", Code.GRADE_ELEMENTARY),
        ("年長", "elementary", Code.GRADE_ELEMENTARY),
        ("4", "junior_high", Code.GRADE_JUNIOR_HIGH),
        ("4", "kindergarten", Code.GRADE_KINDERGARTEN),
        ("1", "special_needs", Code.GRADE_UNCLEAR),
        ("高1", "special_needs", Code.GRADE_SPECIAL_NEEDS),
        ("小7", "special_needs", Code.GRADE_SPECIAL_NEEDS),
        ("1組", "elementary", Code.GRADE_ELEMENTARY),
    ],
)
def test_grades(text: str, kind: str, grade: str) -> None:
    assert read_grade(text, kind) == grade


@pytest.mark.parametrize(
    ("text", "class_name"),
    [
        ("1", ("1", None)),
        ("０２組", ("2", None)),
        ("Ａ組", ("A", None)),
        ("ひまわり組", ("ひまわり", None)),
        ("ﾋﾏﾜﾘ", ("ヒマワリ", None)),
        ("3年2組", ("2", 3)),
        ("年少組", ("年少", None)),
        ("けやき 学級", ("けやき 学級", None)),
    ],
)
def test_classes(text: str, class_name: tuple[str, int | None]) -> None:
    assert cells.read_class_name(text) == class_name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("  山田　　葵 ", "山田 葵"),
        ("ガ\u2001ギ", "ガ ギ"),
        ("か\u3099", "が"),  # decomposed, as macOS writes
        ("髙橋", "髙橋"),
        ("\ufa1b田", "\ufa1b田"),  # NFC alone would change the family name
        ("\ufa1bか\u3099", "\ufa1bが"),
        ("葛\U000e0100城", "葛\U000e0100城"),  # variation selector
        ("𠮷田", "𠮷田"),
        ('="0012"', "0012"),
        ("O'Brien", "O'Brien"),
    ],
)
def test_names_stay_as_given(raw: str, name: str) -> None:
    assert cells.clean(Column.NAME, raw) == name


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("山田\u200b葵", Code.CONTROL_CHARACTER),
        ("山田\n葵", Code.CONTROL_CHARACTER),
        ("a\x07b", Code.CONTROL_CHARACTER),
        ("\u202e葵", Code.CONTROL_CHARACTER),
        ("\ue000田", Code.PRIVATE_CHARACTER),
        ("山\ufffd", Code.LOST_CHARACTER),
    ],
)
def test_names_that_cannot_be_shown(raw: str, code: Code) -> None:
    with pytest.raises(CellError) as caught:
        cells.clean(Column.NAME, raw)
    assert caught.value.code is code


@pytest.mark.parametrize(
    ("text", "kana", "notice"),
    [
        ("ヤマダ アオイ", "ヤマダ アオイ", None),
        ("ﾔﾏﾀﾞ ｱｵｲ", "ヤマダ アオイ", Code.HALF_WIDTH_KANA),
        ("ｳﾞｧﾝ･ｼﾞｮｰ", "ヴァン・ジョー", Code.HALF_WIDTH_KANA),
        ("やまだ あおい", "ヤマダ アオイ", Code.HIRAGANA),
        ("ゔぁんさん", "ヴァンサン", Code.HIRAGANA),
        ("スミス=ジョーンズ", "スミス＝ジョーンズ", None),
        ("", "", None),
    ],
)
def test_kana(text: str, kana: str, notice: Code | None) -> None:
    assert cells.read_kana(text) == (kana, notice)


@pytest.mark.parametrize(
    ("text", "character"), [("山田 アオイ", "山"), ("ヤマダ-アオイ", "-"), ("Kim ハル", "K"), ("ｷﾑ｢", "「")]
)
def test_what_is_no_kana(text: str, character: str) -> None:
    with pytest.raises(CellError) as caught:
        cells.read_kana(text)
    assert (caught.value.code, caught.value.params["character"]) == (Code.NOT_KANA, character)


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("０１２", 12), ("5番", 5), ("", None)])
def test_numbers(text: str, number: int | None) -> None:
    assert cells.read_number(text) == number


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "一", "10000", "9" * 5000])
def test_numbers_that_are_none(text: str) -> None:
    with pytest.raises(CellError):
        cells.read_number(text)


@pytest.mark.parametrize(("text", "code"), [("０００１", "0001"), ("1E5", "1E5"), ("R07-0012", "R07-0012")])
def test_management_codes(text: str, code: str) -> None:
    assert cells.read_management_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", Code.BLANK),
        ("1.23E+10", Code.CODE_EXPONENT),
        ("１E+10", Code.CODE_EXPONENT),
        ("00 12", Code.CODE_CHARACTER),
        ("00#12", Code.CODE_CHARACTER),
        ("1" * 33, Code.TOO_LONG),
    ],
)
def test_management_codes_that_are_none(text: str, code: Code) -> None:
    with pytest.raises(CellError) as caught:
        cells.read_management_code(text)
    assert caught.value.code is code


def test_groups_are_split_and_named_once() -> None:
    texts = ("サッカー部;図書；ｻｯｶｰ部、合唱 , バス|Ａ／b", "合唱")
    assert cells.read_groups(texts) == ("サッカー部", "図書", "合唱", "バス", "A", "b")


@pytest.mark.parametrize(
    ("text", "code"), [("あ" * 41, Code.TOO_LONG), (";".join(map(str, range(21))), Code.TOO_MANY_GROUPS)]
)
def test_groups_that_are_too_much(text: str, code: Code) -> None:
    with pytest.raises(CellError) as caught:
        cells.read_groups((text,))
    assert caught.value.code is code
