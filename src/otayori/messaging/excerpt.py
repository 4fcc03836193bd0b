"""Excerpts: the part of a text around words that were searched, with the words marked. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from otayori.roster.search import search_key

BEFORE, AFTER = 24, 90  # characters around the first word
_WINDOW = 600


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `found`: it is one of the words."""

    text: str
    found: bool


def marked(text: str, keys: Sequence[str]) -> list[Piece]:
    """Return the whole text, cut into pieces where one of the keys (search_key) stands."""
    return _cut(text, _spans(text, keys))


def excerpt(text: str, keys: Sequence[str]) -> list[Piece]:
    """Return a line around the first key in the text; [] where none stands in it."""
    for start in range(0, len(text), _WINDOW // 2):
        window = " ".join(text[start : start + _WINDOW].split())
        spans = _spans(window, keys)
        if spans:
            first = max(0, spans[0][0] - BEFORE)
            last = min(len(window), spans[0][0] + AFTER)
            inside = [(a - first, min(b, last) - first) for a, b in spans if a < last]
            pieces = _cut(window[first:last], inside)
            lead = [Piece("…", found=False)] if start or first else []
            rest = start + _WINDOW < len(text) or last < len(window)
            return [*lead, *pieces, *([Piece("…", found=False)] if rest else [])]
    return []


def _spans(text: str, keys: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the keys stand in the text as it is written, in order and without overlap."""
    folded, origin = _folded(text)
    places = []
    for key in keys:
        at = folded.find(key)
        while at >= 0:
            places.append((origin[at], origin[at + len(key) - 1] + 1))
            at = folded.find(key, at + len(key))
    spans: list[tuple[int, int]] = []
    for a, b in sorted(places):
        if spans and a <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(b, spans[-1][1]))
        else:
            spans.append((a, b))
    return [(a, _whole(text, b)) for a, b in spans]


def _folded(text: str) -> tuple[str, list[int]]:
    """Return the key of the text, and of each of its characters where it comes from.

    ｶﾞ is two characters and folds to one, ㈱ is one and folds to three: folded with what belongs to them.
    """
    parts, origin, at = [], [], 0
    while at < len(text):
        end = _whole(text, at + 1)
        part = search_key(text[at:end])
        parts.append(part)
        origin += [at] * len(part)
        at = end
    return "".join(parts), origin


def _whole(text: str, end: int) -> int:
    while end < len(text) and (text[end] in "ﾞﾟ" or unicodedata.combining(text[end])):
        end += 1
    return end


def _cut(text: str, spans: list[tuple[int, int]]) -> list[Piece]:
    pieces, at = [], 0
    for a, b in spans:
        pieces += [Piece(text[at:a], found=False), Piece(text[a:b], found=True)]
        at = b
    pieces.append(Piece(text[at:], found=False))
    return [piece for piece in pieces if piece.text]
