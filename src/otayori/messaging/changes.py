"""What a correction changed, as runs of text to be marked. Pure; for Japanese, which has no spaces.

Sentences are compared first, then the words of those that differ: a figure, a run of kanji or of katakana
stays whole, so that 10時 and 11時 differ by a figure and not by a digit.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

Op = Literal["same", "del", "ins"]
Change = tuple[Op, str]

_SENTENCES = re.compile(r"[^。\n]*。?\n+|[^。\n]*。|[^。\n]+")
_WORDS = re.compile(
    r"[0-9０-９]+(?:[:：.,．][0-9０-９]+)*"
    r"|[A-Za-zＡ-Ｚａ-ｚ]+|[ァ-ヺー]+|[一-鿿々〆ヶ]+|.",
    re.DOTALL,
)
_LEAST_ALIKE = 0.3  # below, two passages have nothing to do with each other: shown as one out, one in
_MOST_PAIRS = 1_000_000  # of words: beyond, a passage without a full stop would take a second
_ISLAND = 1  # characters: what stayed the same between two changes and is too short to be read by itself


def changed_words(old: str, new: str) -> list[Change]:
    """Return the runs that stayed ("same"), went ("del") and came ("ins"), in reading order.

    The "same" and "del" runs together are `old`, the "same" and "ins" runs `new`; of a change what went
    stands before what came.
    """
    found: list[Change] = []
    for op, before, after in _compare(_SENTENCES.findall(old), _SENTENCES.findall(new)):
        found += [("same", before)] if op == "same" else _within(before, after)
    return _tidied(found)


def _within(before: str, after: str) -> list[Change]:
    words, others = _WORDS.findall(before), _WORDS.findall(after)
    alike = SequenceMatcher(None, words, others, autojunk=False)
    if len(words) * len(others) > _MOST_PAIRS or alike.quick_ratio() < _LEAST_ALIKE:
        return [("del", before), ("ins", after)]
    found: list[Change] = []
    for op, went, came in _compare(words, others):
        found += [("same", went)] if op == "same" else [("del", went), ("ins", came)]
    return found


def _compare(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return (same or other, of the old, of the new), run by run."""
    runs = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [
        ("same" if op == "equal" else "other", "".join(old[a:b]), "".join(new[c:d]))
        for op, a, b, c, d in runs
    ]


def _tidied(changes: list[Change]) -> list[Change]:
    """Join what belongs together: a change after a change, with the island between them, is one."""
    tidy: list[Change] = []
    blocks = [(is_same, list(run)) for is_same, run in groupby(changes, lambda one: one[0] == "same")]
    went = came = ""
    for place, (is_same, run) in enumerate(blocks):
        text = "".join(text for _op, text in run)
        is_between = 0 < place < len(blocks) - 1
        if is_same and is_between and len(text) <= _ISLAND and text not in ("\n", "。"):
            went, came = went + text, came + text
        elif is_same:
            tidy += [("del", went), ("ins", came), ("same", text)]
            went = came = ""
        else:
            went += "".join(text for op, text in run if op == "del")
            came += "".join(text for op, text in run if op == "ins")
    tidy += [("del", went), ("ins", came)]
    return [(op, text) for op, text in tidy if text]
