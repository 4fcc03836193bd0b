"""Periods: school years begin in April, days at midnight in Tokyo."""

from datetime import UTC, date, datetime

import pytest

from otayori.messaging import periods


def test_a_school_year_from_midnight_to_midnight() -> None:
    year = periods.of_year(2026)
    assert year.start == datetime(2026, 3, 31, 15, tzinfo=UTC)
    assert year.end == datetime(2027, 3, 31, 15, tzinfo=UTC)
    assert periods.months_of(2026)[0] == (2026, 4)
    assert periods.months_of(2026)[-1] == (2027, 3)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 4, 1), date(2027, 3, 31)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-11-26", date(2026, 11, 26), date(2026, 11, 26)),
    ],
)
def test_what_an_address_says(text: str, first: date, last: date) -> None:
    period = periods.read(text)
    assert period is not None
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "-", "x", "0", "9999", "2026-0", "2026-13", "2026-02-30", "1-2-3-4", "２０２６", "+5"]
)
def test_anything_else_is_none(text: str) -> None:
    assert periods.read(text) is None
