"""Empty the tables after a test that committed: those alone that hold anything, and the cache among them.

Django's own flush truncates all of seventy tables, writes content types and permissions anew, and leaves the
cache, in which limits of one test's people would meet those of the next.
"""

from contextlib import suppress
from functools import cache

from django.db import OperationalError, connection

_KEPT = {"django_migrations", "django_content_type", "auth_permission"}  # the same for ever


def empty() -> None:
    """Truncate every table that has a row.

    The live server may still answer what a closed browser had asked: that can deadlock with a TRUNCATE, and
    can write once more into a table that was empty. So until nothing is left.
    """
    for _look in range(20):
        with suppress(OperationalError):
            if not _empty_once():
                return
    raise AssertionError("something keeps writing into the tables of a test that is over")


def _empty_once() -> bool:
    """Truncate what has rows now; tell whether there was any."""
    with connection.cursor() as cursor:
        cursor.execute(_which_are_filled())
        filled = [connection.ops.quote_name(name) for (name,) in cursor.fetchall()]
        if filled:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")
    return bool(filled)


@cache
def _which_are_filled() -> str:
    names = sorted(set(connection.introspection.table_names()) - _KEPT)
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in names)
