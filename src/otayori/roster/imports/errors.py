"""A problem of a roster file as a value, and how it is said in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from otayori.roster.imports.codes import Code
from otayori.roster.imports.sentences import COLUMNS, LINE, SENTENCES

Param = str | int | tuple[str, ...] | tuple[int, ...]
SHOWN_CHARACTERS = 40
LISTED_LINES = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to tell: an error (the file is refused) or a notice (it is read, but look).

    `line` is the physical line of the file, from 1, or None when the whole file is meant. `params` may
    hold names of students: show them to the person who uploaded the file, never write them to a log.
    """

    code: Code
    line: int | None = None
    params: Mapping[str, Param] = field(default_factory=dict, hash=False)


class RosterFileError(Exception):
    """The file cannot be read any further. Its text carries codes and lines only, so it may be logged."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(f"{p.code}@{p.line or '-'}" for p in problems))
        self.problems = problems


def describe(problem: Problem, translate: Callable[[str], str] = lambda sentence: sentence) -> str:
    """Return the sentence of a problem, with its line; pass `gettext` as `translate` for other languages."""
    shown = {name: _show(name, value, translate) for name, value in problem.params.items()}
    sentence = translate(SENTENCES[problem.code]) % shown
    if problem.line is None:
        return sentence
    return translate(LINE) % {"line": problem.line, "sentence": sentence}


def _show(name: str, value: Param, translate: Callable[[str], str]) -> str | int:
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        return translate(COLUMNS[value]) if name == "column" else _readable(value)
    if name == "lines":
        more = "…" if len(value) > LISTED_LINES else ""
        return ", ".join(str(line) for line in value[:LISTED_LINES]) + more
    return _join(value)


def _join(values: Sequence[str | int]) -> str:
    return "、".join(_readable(str(value)) for value in values)


def _readable(value: str) -> str:
    """Cut what is too long for a sentence and show what has no shape: a stray cell can hold a whole page."""
    visible = "".join(c if c.isprintable() or c == "\u3000" else "\N{WHITE SQUARE}" for c in value)
    return visible if len(visible) <= SHOWN_CHARACTERS else visible[: SHOWN_CHARACTERS - 1] + "…"
