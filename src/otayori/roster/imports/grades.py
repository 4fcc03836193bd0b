"""The grade of a student in every way schools write it: E1-E3 kindergarten, P1-P6, J1-J3."""

import re
import unicodedata

from otayori.roster.imports.codes import Code

_STAGE_OF_KIND = {"kindergarten": "E", "elementary": "P", "junior_high": "J"}
_LAST_GRADE = {"E": 3, "P": 6, "J": 3}
_STAGES = {
    "E": "E", "幼": "E", "幼稚園": "E", "幼稚部": "E",
    "P": "P", "小": "P", "小学": "P", "小学校": "P", "小学部": "P",
    "J": "J", "中": "J", "中学": "J", "中学校": "J", "中学部": "J",
}  # fmt: skip
_YEARS_OF_AGE = {"年少": 1, "3歳": 1, "年中": 2, "4歳": 2, "年長": 3, "5歳": 3}
_KANJI_DIGITS = str.maketrans("一二三四五六", "123456")
_WRITTEN = re.compile(
    r"(?P<stage>" + "|".join(sorted(_STAGES, key=len, reverse=True)) + r")?第?0?(?P<year>\d)(学年|年生|年)?"
)
_MISFIT = {
    "kindergarten": Code.GRADE_KINDERGARTEN,
    "elementary": Code.GRADE_ELEMENTARY,
    "junior_high": Code.GRADE_JUNIOR_HIGH,
    "special_needs": Code.GRADE_SPECIAL_NEEDS,
}


def read_grade(text: str, kind: str) -> str | Code:
    """Return the grade (E1-E3, P1-P6, J1-J3) written as `text` in a school of `kind`, or what is wrong.

    `kind` is kindergarten, elementary, junior_high or special_needs. A special-needs school has every
    stage, so a bare digit is not enough there.
    """
    folded = unicodedata.normalize("NFKC", text).replace(" ", "").upper().translate(_KANJI_DIGITS)
    age = re.sub("(児|組|児組)$", "", folded)
    if age in _YEARS_OF_AGE:
        stage, year = "E", _YEARS_OF_AGE[age]
    elif written := _WRITTEN.fullmatch(folded):
        year = int(written["year"])
        if written["stage"] is None and kind == "special_needs":
            return Code.GRADE_UNCLEAR
        stage = _STAGES[written["stage"]] if written["stage"] else _STAGE_OF_KIND[kind]
    else:
        return _MISFIT[kind]
    if _STAGE_OF_KIND.get(kind, stage) != stage or not 1 <= year <= _LAST_GRADE[stage]:
        return _MISFIT[kind]
    return f"{stage}{year}"
