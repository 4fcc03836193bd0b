"""Let the database connection go before talking to a network: others wait for it."""

from django.db import connection


def let_go() -> None:
    """Hand the connection back to the pool, unless in a transaction; the next statement takes one again."""
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()
