"""Find people by part of a name or its reading, however it is typed. Pure."""

import unicodedata

_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


def search_key(text: str) -> str:
    """Fold width, case, kana and spaces away: さとう ﾊﾙﾄ and サトウハルト are the same key."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_TO_KATAKANA)
    return "".join(folded.split())


def matches(key: str, *texts: str) -> bool:
    """Tell whether one of the texts holds `key`, which `search_key` made."""
    return any(key in search_key(text) for text in texts)
