"""What a page says while PostgreSQL can't be reached: 503, in words, and try again soon."""

import logging
from collections.abc import Callable

import psycopg
import psycopg_pool
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

log = logging.getLogger(__name__)
OUTAGES = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg_pool.PoolTimeout)


class DatabaseOutage:
    """Turn a lost database into a page that reloads itself.

    The page is rendered without request: nothing in it may ask the database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, OUTAGES):
            return None
        log.error("database unreachable: %s", type(error).__name__)
        return HttpResponse(render_to_string("outage.html"), status=503, headers={"Retry-After": "10"})
