"""The templates a ward begins with can be filled, sent, and read."""

from datetime import datetime

import pytest

from otayori.messaging import slots
from otayori.messaging.models import MOST_TEXT, MOST_TITLE
from otayori.messaging.starter_templates import starters
from otayori.messaging.templates import MOST_NAME, Told

NOW = datetime(2026, 11, 26, 7, 40)  # noqa: DTZ001
BY_HAND = {"date": "2026-11-27", "time": "13:30", "number": "1200"}


def filled(told: Told) -> str:
    typed = {slot.key: slot.begin(NOW) or BY_HAND.get(slot.type, "西町三丁目") for slot in told.slots}
    return slots.fill(f"{told.title}\n{told.text}", slots.values(told.slots, typed))


@pytest.mark.parametrize("told", starters(), ids=lambda told: told.name)
def test_each_has_its_slots_and_can_be_filled(told: Told) -> None:
    named = slots.unfilled(f"{told.title}\n{told.text}")
    assert sorted(named) == sorted(slot.key for slot in told.slots)
    assert slots.unfilled(filled(told)) == []
    assert len(told.name) <= MOST_NAME
    assert len(told.title) <= MOST_TITLE - 20
    assert len(told.text) <= MOST_TEXT / 4


@pytest.mark.parametrize("told", starters(), ids=lambda told: told.name)
def test_each_is_polite_and_ends_its_sentences(told: Told) -> None:
    text = filled(told)
    assert "。。" not in text
    assert "、、" not in text
    assert "です" in text or "ます" in text or "ください" in text
    assert text.rstrip().endswith(("。", "ごろ"))


def test_an_emergency_needs_few_words_of_its_own() -> None:
    for told in starters():
        if told.urgency == "emergency":
            left = [slot.key for slot in told.slots if slot.required and not slot.begin(NOW)]
            assert len(left) <= 2, (told.name, left)


def test_names_are_not_given_twice() -> None:
    names = [told.name for told in starters()]
    assert len(names) == len(set(names)) == 16
