"""Find the addresses in a text. Pure: the template makes the links.

Japanese is written without spaces: 「https://example.jp/aをご覧ください」 ends its address at 「を」.
"""

import re
from typing import NamedTuple

_ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_NOT_LAST = ".,;:!?'()[]*"


class Piece(NamedTuple):
    """A stretch of text; `url` is its address, or ""."""

    text: str
    url: str


def pieces(text: str) -> list[Piece]:
    """Return the text in stretches that are an address or are not; joined, they are the text again."""
    found: list[Piece] = []
    start = 0
    for match in _ADDRESS.finditer(text):
        url = match[0].rstrip(_NOT_LAST)
        if url.endswith("/") and url.count("/") == 2:
            continue
        found += [Piece(text[start : match.start()], ""), Piece(url, url)]
        start = match.start() + len(url)
    found.append(Piece(text[start:], ""))
    return [piece for piece in found if piece.text]
