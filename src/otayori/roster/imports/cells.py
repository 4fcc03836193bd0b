"""One cell of a roster row to its value: names kept as given, codes and classes in one form."""

import re
import unicodedata

from otayori.roster.imports.codes import Code
from otayori.roster.imports.columns import Column
from otayori.roster.imports.errors import Param

LIMITS = {
    Column.CLASS_NAME: 20,
    Column.NAME: 80,
    Column.KANA: 80,
    Column.MANAGEMENT_CODE: 32,
    Column.GROUPS: 40,  # each
}
MAX_NUMBER = 9999  # some schools write grade, class and number as one: 1203
MAX_GROUPS = 20

_FORMULA = re.compile(r'="([^"]*)"')  # how exporters keep leading zeros from Excel
# NFC would replace U+FA1B, an old form of U+798F (fuku), by it. CP932 has such letters, names are written
# with them, and a name stays as given.
_COMPATIBILITY = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
_NOT_KANA = re.compile(r"[^ァ-ヺ・ーヽヾㇰ-ㇿ゠＝ ]")
_HALF_WIDTH_KANA = re.compile("[｡-ﾟ]")
_HIRAGANA = re.compile("[ぁ-ゖゝゞ]")
_TO_KATAKANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_EXPONENT = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
_PLACEHOLDER = re.compile("[?？〓□■●]")
_CLASS = re.compile(r"(?:[第小中]?学?校?(?P<year>[1-6])学?年(?=.))?(?P<name>.*?)\s*組?")
_BETWEEN_GROUPS = re.compile(r"[;；、,，|｜/／]")


class CellError(Exception):
    """A cell that cannot be taken: the code and parameters of its Problem, without the line."""

    def __init__(self, code: Code, **params: Param) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def clean(column: Column, raw: str) -> str:
    """Return the cell in NFC, trimmed, runs of spaces as one. Raises CellError for what cannot be shown."""
    text = _compose(_FORMULA.sub(r"\1", raw.strip()))
    if not text.isascii() or not text.isprintable():
        _refuse_unreadable(column, text)
        text = " ".join(text.split())
    elif "  " in text:
        text = " ".join(text.split())
    return text


def _compose(text: str) -> str:
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    parts = _COMPATIBILITY.split(text)
    return "".join(part if i % 2 else unicodedata.normalize("NFC", part) for i, part in enumerate(parts))


def _refuse_unreadable(column: Column, text: str) -> None:
    for character in text:
        category = unicodedata.category(character)
        if category == "Co":
            code = Code.PRIVATE_CHARACTER
        elif character == "\ufffd":
            code = Code.LOST_CHARACTER
        elif category in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            code = Code.CONTROL_CHARACTER
        else:
            continue
        raise CellError(code, column=column.value, value=text, point=f"U+{ord(character):04X}")


def demand(column: Column, text: str) -> str:
    """Return `text` if it is there and not too long, else raise CellError."""
    if not text:
        raise CellError(Code.BLANK, column=column.value)
    limit = LIMITS.get(column)
    if limit and len(text) > limit:
        raise CellError(Code.TOO_LONG, column=column.value, value=text, limit=limit)
    return text


def fold(text: str) -> str:
    """NFKC for codes, numbers and labels, where width means nothing. Never for names."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def read_class_name(text: str) -> tuple[str, int | None]:
    """Return the class without 組 and leading zeros, and the year if it stands before it (3年2組)."""
    name, year = fold(text), None
    if match := _CLASS.fullmatch(name):
        name, year = match["name"].strip(), match["year"]
    if name.isdecimal():
        name = str(int(name))
    return demand(Column.CLASS_NAME, name), int(year) if year else None


def read_number(text: str) -> int | None:
    """Return 出席番号, or None if it is blank (kindergartens often have none)."""
    folded = re.sub("番$", "", fold(text))
    if not folded:
        return None
    if not (folded.isascii() and folded.isdecimal() and len(folded) < 8 and 1 <= int(folded) <= MAX_NUMBER):
        raise CellError(Code.NUMBER, value=text, limit=MAX_NUMBER)
    return int(folded)


def read_kana(text: str) -> tuple[str, Code | None]:
    """Return the reading in full-width katakana, and a notice if it was written in another kana.

    Half-width kana are taken: the conversion loses nothing, and old school-affairs systems write nothing
    else, so refusing them would only send a clerk into Excel, where leading zeros get lost.
    """
    notice = None
    if _HALF_WIDTH_KANA.search(text):
        text, notice = unicodedata.normalize("NFKC", text), Code.HALF_WIDTH_KANA
    text = text.replace("=", "＝")
    if _HIRAGANA.search(text):
        text, notice = text.translate(_TO_KATAKANA), notice or Code.HIRAGANA
    if wrong := _NOT_KANA.search(text):
        raise CellError(Code.NOT_KANA, value=text, character=wrong[0])
    return text and demand(Column.KANA, text), notice


def read_management_code(text: str) -> str:
    """Return 管理コード as a string: leading zeros belong to it."""
    code = demand(Column.MANAGEMENT_CODE, fold(text))
    if _EXPONENT.fullmatch(code):
        raise CellError(Code.CODE_EXPONENT, value=code)
    for character in code:
        if not (character.isalnum() or character in "-_."):
            raise CellError(Code.CODE_CHARACTER, value=code, character=character)
    return code


def read_groups(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the groups named in the cells, each once, in the order of the file."""
    named = (fold(part) for text in texts for part in _BETWEEN_GROUPS.split(text))
    groups = tuple(dict.fromkeys(name for name in named if name))
    for name in groups:
        demand(Column.GROUPS, name)
    if len(groups) > MAX_GROUPS:
        raise CellError(Code.TOO_MANY_GROUPS, found=len(groups), limit=MAX_GROUPS)
    return groups


def has_placeholder(name: str) -> bool:
    """Whether a name holds a mark that systems write for a letter they could not convert."""
    return bool(_PLACEHOLDER.search(name))
