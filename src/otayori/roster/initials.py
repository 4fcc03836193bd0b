"""A child's initials from the kana of the name: enough for a parent, too little for a stranger. Pure."""

import unicodedata

_ROWS = {
    "A": "アァ", "I": "イィ", "U": "ウゥ", "E": "エェ", "O": "オォヲ", "K": "カキクケコ", "G": "ガギグゲゴ",
    "S": "サシスセソ", "Z": "ザズゼゾ", "J": "ジヂ", "T": "タツテト", "C": "チ", "D": "ダヅデド",
    "N": "ナニヌネノン", "H": "ハヒヘホ", "F": "フ", "B": "バビブベボ", "P": "パピプペポ",
    "M": "マミムメモ", "Y": "ヤユヨャュョ",
    "R": "ラリルレロ", "W": "ワ", "V": "ヴ",
}  # fmt: skip
_LETTERS = {kana: letter for letter, row in _ROWS.items() for kana in row}
_SMALL_AFTER = {"ウィ": "W", "ウェ": "W", "ウォ": "W", "イェ": "Y", "デュ": "D", "ヂャ": "J"}
_UNKNOWN = "＊"


def initials_of(kana: str) -> str:
    """Return the initials in the order of the name as the roster has it: 「ヤマダ タロウ」 becomes "Y.T."."""
    parts = unicodedata.normalize("NFKC", kana).split()
    return "".join(f"{_initial(part)}." for part in parts) or f"{_UNKNOWN}."


def _initial(part: str) -> str:
    katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in part[:2])
    if katakana in _SMALL_AFTER:
        return _SMALL_AFTER[katakana]
    first = katakana[0]
    bare = unicodedata.normalize("NFD", first)[0].upper()
    return _LETTERS.get(first) or (bare if bare.isascii() and bare.isalpha() else _UNKNOWN)
