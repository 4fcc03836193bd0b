"""The cast as it stands after `gather()`, written down once a session and brought back for each test.

Bringing everybody in takes some seventy statements, and two thousand tests begin with it. What a test gets
is what `gather()` would have left: the same rows in the database of this test alone, fresh objects that no
other test has seen, the keys at hand, and every moment as if it had been just now.
"""

import io
import pickle
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
import tink
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from otayori.core import crypto
from otayori.core.connections import apart
from tests.cast import Cast, gather

_SHIFT = "<since the recording>"


@dataclass(frozen=True)
class Recording:
    """Rows as one text of SQL, objects as a pickle, and the keys that both are sealed under."""

    at: datetime
    rows: str
    people: bytes
    wrapped: dict[str, bytes]
    keysets: dict[str, tink.KeysetHandle]


def record() -> Recording:
    """Bring everybody in, write it down, and take it back. The database must be nobody's at this time."""
    tables: dict[str, None] = {}
    with transaction.atomic():
        with connection.execute_wrapper(_noting(tables)):
            cast = gather()
        with connection.cursor() as cursor:
            rows = ";\n".join(_inserted(cursor.cursor, table) for table in tables)
        transaction.set_rollback(True)
    keysets = dict(crypto._keysets)
    recording = Recording(timezone.now(), rows, _pickled(cast), _wrapped(keysets), keysets)
    crypto.forget()
    return recording


def bring_back(recording: Recording) -> Cast:
    """Do as `gather()` does, by four statements."""
    shift = timezone.now() - recording.at
    if _wrapped(recording.keysets) != recording.wrapped:  # a test has emptied the tables
        _put_keysets(recording.wrapped)
    crypto.forget()
    crypto._keysets.update(recording.keysets)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(recording.rows.replace(_SHIFT, f"{shift // timedelta(microseconds=1)} microseconds"))
    people: Cast = _Reader(recording.people, shift).load()
    return people


def _noting(tables: dict[str, None]) -> Callable[..., Any]:
    """Note the tables in the order they are written first: a row's parents stand before it."""

    def note(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        if found := re.match(r'INSERT INTO "(\w+)"', statement):
            tables[found[1]] = None
        return execute(statement, *rest)

    return note


def _inserted(cursor: psycopg.Cursor[Any], table: str) -> str:
    """Return the statement that writes all rows of a table again."""
    cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
    columns = [column.name for column in cursor.description or ()]
    rows = [sql.SQL(", ").join(_values(row)) for row in cursor.fetchall()]
    return (
        sql.SQL("INSERT INTO {} ({}) VALUES ({})")
        .format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL("), (").join(rows),
        )
        .as_string(cursor.connection)
    )


def _values(row: tuple[Any, ...]) -> Iterator[sql.Composable]:
    for value in row:
        if isinstance(value, datetime):
            yield sql.SQL("{}::timestamptz + {}::interval").format(value, _SHIFT)
        else:
            yield sql.Literal(value)


def _wrapped(names: dict[str, Any]) -> dict[str, bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, wrapped FROM core_keyset WHERE name = ANY(%s)", [list(names)])
        return {name: bytes(wrapped) for name, wrapped in cursor.fetchall()}


def _put_keysets(wrapped: dict[str, bytes]) -> None:
    """Keysets outlive the test that made them, as they outlive a transaction in the product."""
    with apart() as own:
        for name, key in wrapped.items():
            own.execute(
                "INSERT INTO core_keyset (name, wrapped, created_at) VALUES (%s, %s, now())"
                " ON CONFLICT (name) DO UPDATE SET wrapped = excluded.wrapped",
                (name, key),
            )


def _pickled(cast: Cast) -> bytes:
    written = io.BytesIO()
    _Writer(written).dump(cast)
    return written.getvalue()


class _Writer(pickle.Pickler):
    """Keeps moments apart, so that they can be moved."""

    def persistent_id(self, obj: Any) -> datetime | None:
        return obj if isinstance(obj, datetime) else None


class _Reader(pickle.Unpickler):
    def __init__(self, written: bytes, shift: timedelta) -> None:
        super().__init__(io.BytesIO(written))
        self.shift = shift

    def persistent_load(self, pid: datetime) -> datetime:
        return pid + self.shift
