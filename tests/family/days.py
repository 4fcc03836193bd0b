"""Days as schools write them, so many days from today: the stories happen on whatever day they are told."""

from datetime import date, timedelta

from otayori.core import clock


def in_days(number: int) -> date:
    return clock.today() + timedelta(days=number)


def written(number: int) -> str:
    """11月28日(土), so many days from today."""
    day = in_days(number)
    return f"{day.month}月{day.day}日({'月火水木金土日'[day.weekday()]})"
