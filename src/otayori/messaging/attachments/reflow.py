"""Lines of a printed page made into paragraphs that a phone can break as it likes. Pure.

A line that fills its page's width goes on in the next one; what is shorter ends there. Headings, lists,
tables and forms stay as they are. Letters are never changed: full-width and half-width stay what they were.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

FULL = 0.85  # of the page's usual width: such a line was broken by the margin
NARROWEST = 24  # half-width columns; narrower pages are lists, not prose
UPRIGHT = 4  # so many single letters below each other were written from top to bottom
GARBLED = 0.1  # of the letters

_NUMBER_OF_PAGE = re.compile(
    r"[-‐–―ー－\s]*(?:p\.?\s*)?\d{1,3}(?:\s*[/／]\s*\d{1,3})?[-‐–―ー－\s]*", re.IGNORECASE
)
_ITEM = re.compile(
    r"\s*(?:[・●○◎■□◆◇★☆※▪•◦‣⇒→➡✓✔☑＊*◯▶▷→]|[-－‐]\s|"
    r"[(（]?[0-9０-９一二三四五六七八九十ア-ンａ-ｚa-z]{1,2}[)）.．、]|[①-⑳㋐-㋾]|第[0-9０-９一二三四五六七八九十]+|"
    r"[0-9０-９]{1,2}月[0-9０-９]{1,2}日(?:[(（].[)）])?[\s　])"  # a row of a plan: no sentence has the space
)
_COLUMNS = re.compile(r"\S(?:\t|\s{3,}|　{2,})\S.*\S(?:\t|\s{3,}|　{2,})\S|\S\t\S")
# 場所 飛鳥山公園: a line of a form, however broad the one before; prose has such a space at digits alone
_LABELLED = re.compile(
    r"[ぁ-んァ-ヶー一-龠々]{2,6}[ 　：:]+(?![0-9０-９A-Za-z])\S|"
    r"(?:日時|日程|期日|期間|日にち|時間|集合|解散|場所|会場|対象|定員|費用|締切|〆切|電話|問合せ先?)[ 　：:]"
)
_UNBROKEN = re.compile(r"[0-9A-Za-zÀ-ɏ]")


def reflow(pages: Iterable[str]) -> str:
    """Return the text of the pages as paragraphs, one a line, with an empty line where a page left one."""
    shown = (_page(page) for page in pages)
    return "\n\n".join(page for page in shown if page)


def is_garbled(text: str) -> bool:
    """Tell whether the letters can't be what the page shows: a font without a table of what they mean."""
    letters = [sign for sign in text if not sign.isspace()]
    odd = [sign for sign in letters if sign == "\ufffd" or unicodedata.category(sign) in ("Co", "Cn", "Cc")]
    return len(odd) > GARBLED * len(letters)


def _page(text: str) -> str:
    lines = [_tidy(line) for line in re.split(r"\r\n|\r|\n|\u2028|\u2029|\f", text)]
    lines = _upright(_without_number(lines))
    broad = _usual_width(lines)
    paragraphs: list[str] = []
    before = ""  # the line that the next one may go on
    for line in lines:
        if not line.strip():
            if paragraphs and paragraphs[-1]:
                paragraphs.append("")
            before = ""
        elif before and _goes_on(before, line, broad):
            paragraphs[-1] = _joined(paragraphs[-1], line)
            before = line
        else:
            paragraphs.append(line.rstrip())
            before = line
    return "\n".join(paragraphs).strip("\n")


def _tidy(line: str) -> str:
    # U+FFFE and U+00AD: how the library tells a hyphen at the end of a line
    line = re.sub("[\ufffe\u00ad\x02]$", "", line)
    return "".join(sign for sign in line if sign == "\t" or unicodedata.category(sign) != "Cc").rstrip()


def _without_number(lines: list[str]) -> list[str]:
    """Leave out the number of the page, which stands alone in the first or last line."""
    filled = [place for place, line in enumerate(lines) if line.strip()]
    if len(filled) < 3:
        return lines
    for place in (filled[-1], filled[0]):
        if _NUMBER_OF_PAGE.fullmatch(lines[place].strip()):
            return [*lines[:place], *lines[place + 1 :]]
    return lines


def _upright(lines: Sequence[str]) -> list[str]:
    """Put letters that stand below each other, one a line, into one line."""
    out: list[str] = []
    column: list[str] = []
    for line in [*lines, ""]:
        if len(line.strip()) == 1:
            column.append(line.strip())
            continue
        out += ["".join(column)] if len(column) >= UPRIGHT else column
        column = []
        out.append(line)
    return out[:-1]


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in line.strip(" \t"))


def _usual_width(lines: Sequence[str]) -> int:
    """Return the width that the broad lines share; one very long line (a table's) does not decide alone."""
    widths = sorted(_width(line) for line in lines if line.strip() and not _COLUMNS.search(line))
    if not widths:
        return 0
    return widths[-1] if len(widths) < 4 else widths[int(len(widths) * 0.9) - 1]


def _goes_on(before: str, line: str, broad: int) -> bool:
    if broad < NARROWEST or _width(before) < FULL * broad:
        return False
    if _ITEM.match(line) or _LABELLED.match(line) or line.startswith(("　", "  ", "\t")):
        return False
    return not (_COLUMNS.search(before) or _COLUMNS.search(line))


def _joined(paragraph: str, line: str) -> str:
    line = line.strip()
    between = " " if _UNBROKEN.match(paragraph[-1]) and _UNBROKEN.match(line[0]) else ""
    if paragraph[-1] in ",;" and _UNBROKEN.match(line[0]):
        between = " "
    return paragraph + between + line
