"""Grades (学年) as OneRoster Japan codes them, and how people say them. Pure."""

KINDERGARTEN = ("E1", "E2", "E3")
ELEMENTARY = ("P1", "P2", "P3", "P4", "P5", "P6")
JUNIOR_HIGH = ("J1", "J2", "J3")
CODES = KINDERGARTEN + ELEMENTARY + JUNIOR_HIGH

OF_KIND: dict[str, tuple[str, ...]] = {
    "kindergarten": KINDERGARTEN,
    "elementary": ELEMENTARY,
    "junior_high": JUNIOR_HIGH,
    "special_needs": CODES,
}

_KINDERGARTEN_LABELS = {"E1": "年少", "E2": "年中", "E3": "年長"}


def grade_label(grade: str, *, kind: str = "") -> str:
    """Return 年長, 3年, or 小3年 / 中1年 where a school has both (special needs)."""
    if grade in _KINDERGARTEN_LABELS:
        return _KINDERGARTEN_LABELS[grade]
    stage = {"P": "小", "J": "中"}[grade[0]] if kind == "special_needs" else ""
    return f"{stage}{grade[1]}年"


def classroom_label(grade: str, name: str, *, kind: str = "") -> str:
    """Return 3年1組, 年長ひかり組. `name` comes without 組."""
    return f"{grade_label(grade, kind=kind)}{name}組"
