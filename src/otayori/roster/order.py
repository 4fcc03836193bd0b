"""The order of a class register: grade, class (2 before 10), number. Pure."""

from otayori.schools import grades

ClassOrder = tuple[int, int, str]


def class_order(grade: str, class_name: str) -> ClassOrder:
    """Return the place of a class within its school; "" as grade (in no class) comes last."""
    place = grades.CODES.index(grade) if grade in grades.CODES else len(grades.CODES)
    return (place, len(class_name) if class_name.isdecimal() else 0, class_name)


def seat_order(grade: str, class_name: str, number: int | None) -> tuple[ClassOrder, int]:
    """Return the place of a student within the school; without a number first, as kindergartens have none."""
    return (class_order(grade, class_name), number or 0)
