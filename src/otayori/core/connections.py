"""Connections to the database besides the one of the request: let it go, or have one of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


def let_go() -> None:
    """Hand the connection back to the pool before talking to a network, unless in a transaction.

    Others wait for it; the next statement takes one again.
    """
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()


def parameters() -> dict[str, Any]:
    """Return what psycopg needs to connect to our database outside of Django."""
    params: dict[str, Any] = connection.get_connection_params()
    return {name: value for name, value in params.items() if name not in ("cursor_factory", "context")}


@contextmanager
def apart() -> Iterator[psycopg.Connection[Any]]:
    """Open one in autocommit: what is done over it stays, whatever becomes of the caller's transaction."""
    with psycopg.connect(**parameters(), autocommit=True) as own:
        yield own
