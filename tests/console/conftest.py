"""What the stories of the console share."""

from collections.abc import Iterator

import pytest

from otayori.console import context


@pytest.fixture(autouse=True)
def channels_are_looked_at_once_a_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is wrong with them is kept for five seconds; a test that counts statements may take longer."""
    context.forget_trouble()
    monkeypatch.setattr(context, "KEPT_FOR", 3600.0)
    yield
    context.forget_trouble()
