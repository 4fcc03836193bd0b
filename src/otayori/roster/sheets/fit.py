"""Choose how large a text from people may be set so that it stays in its place on the sheet.

Done here from the font's own widths, because measuring in the typesetter made it five times slower.
"""

from typing import Final, NamedTuple

from otayori.roster.sheets import fonts

_MILLIMETRES_PER_POINT: Final = 25.4 / 72
_LINE: Final = 1.5
"""Height of a line in ems, as the template sets it: the em box and half an em of leading."""

_STEP: Final = 0.5
_SMALLEST: Final = 3.0
# A line that breaks between words is not filled to its end.
_FILLED: Final = 0.88


class Fitted(NamedTuple):
    """A text as it will be set: its size in points and whether its place has one line or two."""

    text: str
    size: float
    lines: int


def on_one_line(text: str, *, width: float, largest: float) -> Fitted:
    """Return `text` at the largest size, at most `largest` points, that fits one line of `width` mm.

    A text too long even at the smallest size gets the smallest.
    """
    shown = fonts.printable(text)
    room = width / _MILLIMETRES_PER_POINT / max(fonts.ems(shown), 1.0)
    return Fitted(shown, max(_SMALLEST, min(largest, room // _STEP * _STEP)), 1)


def on_two_lines(text: str, *, width: float, largest: float) -> Fitted:
    """Return `text` on one line, or, if that would shrink it much, a little smaller in a place of two lines.

    Type that must be smaller still may take more lines in the same place.
    """
    single = on_one_line(text, width=width, largest=largest)
    if single.size >= 0.8 * largest:
        return single
    height = 2 * _LINE * 0.85 * largest
    size = 0.85 * largest // _STEP * _STEP
    while size > _SMALLEST and not _fits(single.text, size, width / _MILLIMETRES_PER_POINT, height):
        size -= _STEP
    return Fitted(single.text, size, 2)


def _fits(text: str, size: float, width: float, height: float) -> bool:
    lines = -(-fonts.ems(text) * size // (width * _FILLED))
    return lines * size * _LINE <= height
