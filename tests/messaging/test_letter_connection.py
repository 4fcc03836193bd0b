"""While letters are typeset nobody waits for the database connection of the request."""

from collections.abc import Iterator
from typing import Any

import pytest
import typst
from django.db import connection

from otayori.messaging import letter
from otayori.messaging.letter import Choice
from otayori.messaging.print_letters import What, print_letters
from tests.cast import Cast, gather
from tests.console.message_stories import access, released, whole


@pytest.fixture
def pooled(transactional_db: None) -> Iterator[Cast]:
    """Connections come from a pool, as in production."""
    cast = gather()
    options = connection.settings_dict["OPTIONS"]
    connection.close()
    options["pool"] = {"min_size": 1, "max_size": 2, "timeout": 5}
    yield cast
    connection.close()
    connection.close_pool()
    options["pool"] = False


def test_no_connection_is_held_while_typesetting(pooled: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bool] = []

    class Watched:
        """The typesetter, telling whether we hold a connection when it is called."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.real = real(*args, **kwargs)

        def compile(self, *args: Any, **kwargs: Any) -> Any:
            held.append(connection.connection is not None)
            return self.real.compile(*args, **kwargs)

    real = typst.Compiler
    monkeypatch.setattr(typst, "Compiler", Watched)
    message = released(pooled.suzuki, pooled.sakura, whole(pooled.sakura))
    mine = access(pooled.suzuki)
    for what in (What.EACH, What.WHOLE, What.HAND):
        found = letter.chosen(letter.sections(mine, message, pooled.sakura), Choice.ALL)
        assert connection.connection is not None
        assert print_letters(mine, message, pooled.sakura, what, sections=found).startswith(b"%PDF")
    assert held
    assert not any(held)
