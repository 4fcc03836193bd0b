"""Empty the tables after a test that committed: those alone that hold anything, and the cache among them.

Django's own flush truncates all of seventy tables, writes content types and permissions anew, and leaves the
cache, in which limits of one test's people would meet those of the next.
"""

from functools import cache

from django.db import connection

_KEPT = {"django_migrations", "django_content_type", "auth_permission"}  # the same for ever


def empty() -> None:
    """Truncate every table that has a row."""
    with connection.cursor() as cursor:
        cursor.execute(_which_are_filled())
        if filled := [connection.ops.quote_name(name) for (name,) in cursor.fetchall()]:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")


@cache
def _which_are_filled() -> str:
    names = sorted(set(connection.introspection.table_names()) - _KEPT)
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in names)
