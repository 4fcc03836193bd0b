"""The fonts of printed sheets: where they are, and which characters they can draw.

All come in wheels (Noto, SIL Open Font License), so that every machine prints the same sheet. Noto Sans JP
has the name variants of Japanese family registers (IVS, Adobe-Japan1), and Vietnamese.
"""

import unicodedata
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import typst
from fontTools.ttLib import TTFont

_FOLDERS: Final = (("justmytype_intl_cjk", "fonts"), ("fontpkg_noto_sans_devanagari", "files"))

GETA: Final = "〓"
"""The mark Japanese printers set where a character is missing."""

# Needed to shape Devanagari; every other invisible format character can only disturb a printed line.
_JOINERS: Final = frozenset("\u200c\u200d")
_VARIATION_SELECTORS: Final = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))


@cache
def faces() -> typst.Fonts:
    """Return the fonts for the typesetter, without those of the machine."""
    folders = [str(folder) for folder in _folders()]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def unprintable(text: str) -> str:
    """Return the characters of `text` that no font can draw, each once, in order; "" if all are fine.

    For a warning before printing: user-defined characters (外字) of an old system are the usual case.
    """
    return "".join(dict.fromkeys(character for character in text if not _drawable(character)))


def printable(text: str) -> str:
    """Return `text` with 〓 for what no font can draw, line breaks as spaces, and no invisible controls."""
    spaced = " ".join(text.split())
    visible = (character for character in spaced if not _invisible(character))
    return "".join(character if _drawable(character) else GETA for character in visible)


def ems(text: str) -> float:
    """Return the width of `text` in ems, bold, in Noto Sans JP; characters of other fonts count as one em."""
    return sum(_advance(character) for character in text)


@cache
def _advance(character: str) -> float:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0.0
    name = _japanese().getBestCmap().get(ord(character))
    return 1.0 if name is None else _bold_glyphs()[name].width / _japanese()["head"].unitsPerEm


@cache
def _bold_glyphs() -> Any:
    return _japanese().getGlyphSet(location={"wght": 700})


@cache
def _japanese() -> TTFont:
    (path,) = _folders()[0].rglob("NotoSansJP*.ttf")
    return TTFont(path, lazy=True)


def _invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf"} and character not in _JOINERS


def _drawable(character: str) -> bool:
    if character in _VARIATION_SELECTORS or character in _JOINERS or character.isspace():
        return True
    return _invisible(character) or ord(character) in _code_points()


@cache
def _code_points() -> frozenset[int]:
    points: set[int] = set()
    for folder in _folders():
        for path in sorted(folder.rglob("*.ttf")):
            with TTFont(path, lazy=True) as font:
                points |= font.getBestCmap().keys()
    return frozenset(points)


def _folders() -> list[Path]:
    return [Path(str(files(package) / folder)) for package, folder in _FOLDERS]
