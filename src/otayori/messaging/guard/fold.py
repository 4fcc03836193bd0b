"""Fold: make the ways in which one name is written equal. A kept map leads back to what was written."""

import re
import unicodedata
from dataclasses import dataclass

# Old, popular and printers' forms (each followed by the usual one) that a roster has and a typist has not, or
# the other way round. That two different families become equal here costs a look, not a letter.
_PAIRS = (
    "髙高﨑崎嵜崎碕崎邊辺邉辺澤沢齋斎齊斎斉斎濱浜濵浜廣広國国嶋島嶌島櫻桜眞真惠恵龍竜榮栄曾曽德徳增増"
    "靜静藏蔵瀨瀬淺浅槇槙條条應応圓円壽寿彌弥冨富鐵鉄豐豊萬万鷗鴎寬寛黑黒緖緒穗穂𠮷吉"
)
_VARIANTS = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)} | {0x30FD: 0x309D, 0x30FE: 0x309E}
# Variation selectors, zero-width characters and soft hyphens: nobody sees them
_UNSEEN = re.compile(r"[\u00ad\u180b-\u180d\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]")
_DROPPED = re.compile(rf"{_UNSEEN.pattern}|[\s,・·]")
_BETWEEN = ",・·"  # what may stand between the two parts of a name, beside spaces: columns, キム・ハル
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－ｰ", "-"))


@dataclass(frozen=True)
class Folded:
    """A text without what does not matter. `at[i]` is where its i-th character stands in `source`."""

    source: str
    text: str  # spaces gone, variants and kana folded
    script: str  # the same, with katakana still katakana: a short kana name counts in its own script alone
    at: list[int]

    def written(self, start: int, end: int) -> str:
        """Return in one line what was written for the folded characters from `start` to before `end`."""
        return " ".join(self.source[self.at[start] : self.at[end - 1] + 1].split())


def fold(text: str) -> str:
    """Return a name folded, to be looked for in a folded text."""
    return script(text).translate(_HIRAGANA)


def script(text: str) -> str:
    """Return a name folded but for its kana."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text)).translate(_VARIANTS).lower()


def fold_text(text: str) -> Folded:
    """Fold a text, keeping where each character came from."""
    source = plain(text)
    at = [index for index, char in enumerate(source) if not _is_between(char)]
    kept = "".join([source[index] for index in at]).translate(_VARIANTS)
    lower = kept.lower()
    if len(lower) != len(kept):  # İ becomes two characters
        lower = kept
    return Folded(source, lower.translate(_HIRAGANA), lower, at)


def plain(text: str) -> str:
    """NFKC without unseen characters; lines and spaces stay."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def line_form(text: str) -> str:
    """As `plain`, with one kind of hyphen: for numbers and addresses."""
    return plain(text.translate(_HYPHENS))


def _is_between(char: str) -> bool:
    return char.isspace() or char in _BETWEEN
