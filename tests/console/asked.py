"""What a page asks the database, counted so that a slow machine and the minute of the hour change nothing."""

from typing import Any
from unittest import mock

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from otayori.console import context

# the test's own transaction makes savepoints of transactions; that somebody is here is noted once a minute
# keys are unwrapped once a process
_NOT_OF_THE_PAGE = (
    "SAVEPOINT",
    "RELEASE SAVEPOINT",
    'UPDATE "django_session"',
    "SELECT wrapped FROM core_keyset",
)


def asked(client: Client, address: str, form: dict[str, Any] | None = None) -> list[str]:
    """Return the statements of a page, or of a part that is posted."""
    return asked_if_shown(client, address, form)[1]


def asked_if_shown(
    client: Client, address: str, form: dict[str, Any] | None = None
) -> tuple[bool, list[str]]:
    """Tell whether there is a page, and what it asks.

    What is wrong with the channels is asked every five seconds, by all pages together: it is known here.
    """
    with mock.patch.object(context, "KEPT_FOR", float("inf")):
        context.channel_trouble()
        with CaptureQueriesContext(connection) as seen:
            is_shown = answer(client, address, form).status_code == 200
    statements = [one["sql"] for one in seen.captured_queries]
    return is_shown, [one for one in statements if not one.startswith(_NOT_OF_THE_PAGE)]


def answer(client: Client, address: str, form: dict[str, Any] | None = None) -> HttpResponse:
    """Get it, or post the form."""
    return client.get(address) if form is None else client.post(address, form)  # type: ignore[return-value]
