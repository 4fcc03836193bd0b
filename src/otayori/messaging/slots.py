"""Slots: the places 「｛時刻｝」 in a template's text, what each takes, and the text with them filled. Pure.

What was filled is Japanese text like the rest of a template, whatever language the writer's screen has.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

Kind = Literal["text", "place", "date", "time", "number", "choice", "class"]
Value = str | int | date | time

MOST_KEY = 20  # characters between the braces
MOST_VALUE = 200
MOST_SLOTS = 20
_SLOT = re.compile(rf"｛([^｛｝\n]{{1,{MOST_KEY}}})｝")
_DAYS = "月火水木金土日"

# What a slot's name says of its type; the first that fits.
_GUESSES: list[tuple[str, Kind]] = [
    (r"(時刻|時間)$", "time"),
    (r"(月日|日付|日)$", "date"),
    (r"(場所|ところ)$", "place"),
    (r"(学級|クラス|組)$", "class"),
    (r"(人数|金額|回数)$", "number"),
]


class Slot(BaseModel):
    """One place to fill. `default`: as a form posts it, or "now", "today", "tomorrow"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(min_length=1, max_length=MOST_KEY, pattern=r"^[^｛｝\n]+$")  # 時刻, of ｛時刻｝
    label: str = Field(default="", max_length=40)  # on the form; "": the key
    type: Kind = "text"
    options: tuple[str, ...] = ()
    required: bool = True
    default: str = Field(default="", max_length=MOST_VALUE)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.type == "choice") is not bool(self.options):
            raise ValueError("a choice, and nothing else, has options")
        self.read(self.begin(datetime(2026, 4, 1, 7, 40)))  # noqa: DTZ001 - any moment
        return self

    @property
    def name(self) -> str:
        """What the form calls it."""
        return self.label or self.key

    def begin(self, now: datetime) -> str:
        """Return what the form shows at first, as a form posts it; `now` in the ward's time."""
        match self.type, self.default:
            case "time", "now":
                return f"{now:%H:%M}"
            case "date", ("today" | "tomorrow") as day:
                return f"{now.date() + timedelta(days=day == 'tomorrow'):%Y-%m-%d}"
        return self.default

    def read(self, typed: str) -> Value:
        """Return what was typed as a value; "" for nothing. Raises ValueError."""
        typed = typed.strip()
        if not typed:
            return ""
        match self.type:
            case "date":
                return date.fromisoformat(typed)
            case "time":
                return time.fromisoformat(typed).replace(tzinfo=None)
            case "number":
                return int(typed.replace(",", ""))
            case "choice" if typed not in self.options:
                raise ValueError("not one of the options")
        if len(typed) > MOST_VALUE:
            raise ValueError("too long")
        return typed


_SLOTS: TypeAdapter[list[Slot]] = TypeAdapter(list[Slot])


def load(rows: object) -> list[Slot]:
    """Read what `dump` wrote. Raises pydantic's ValidationError, a ValueError."""
    return _SLOTS.validate_python(rows)


def dump(slots: list[Slot]) -> object:
    """Return slots as JSON for a table."""
    return _SLOTS.dump_python(slots, mode="json", exclude_defaults=True)


def unfilled(text: str) -> list[str]:
    """Return the slots that stand in a text, each once, in their order."""
    return list(dict.fromkeys(_SLOT.findall(text)))


def named(text: str, known: list[Slot]) -> list[Slot]:
    """Return a slot for each that stands in the text: the known one, or one guessed from its name."""
    by_key = {slot.key: slot for slot in known}
    return [by_key.get(key) or guess(key) for key in unfilled(text)]


def guess(key: str) -> Slot:
    """Return a slot of the type its name speaks of: 時刻 takes a time, 場所 a place."""
    return Slot(key=key, type=next((kind for word, kind in _GUESSES if re.search(word, key)), "text"))


def values(slots: list[Slot], typed: Mapping[str, str]) -> dict[str, Value]:
    """Return what can be filled in: what was typed right, and nothing ("") where a slot may stay empty."""
    found: dict[str, Value] = {}
    for slot in slots:
        try:
            value = slot.read(typed.get(slot.key, ""))
        except ValueError:
            continue
        if value != "" or not slot.required:
            found[slot.key] = value
    return found


def fill(text: str, values: Mapping[str, Value]) -> str:
    """Fill the slots that have a value; the others stay as they are.

    A value of "" leaves nothing, and a line that consists of such slots and words around them is left out.
    """
    lines = [_line(line, values) for line in text.split("\n")]
    return "\n".join(line for line in lines if line is not None)


def as_text(value: Value) -> str:
    """Return a value as a template writes it: 11月25日(火), 13:00, 1,200."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return f"{value.month}月{value.day}日({_DAYS[value.weekday()]})"
    return f"{value:,}" if isinstance(value, int) else value


def _line(line: str, values: Mapping[str, Value]) -> str | None:
    keys = _SLOT.findall(line)
    if keys and all(values.get(key) == "" for key in keys):
        return None
    return _SLOT.sub(lambda m: as_text(values[m[1]]) if m[1] in values else m[0], line)
