"""What a page says while PostgreSQL can't be reached: 503, in words, and try again soon."""

import psycopg
import psycopg_pool
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

OUTAGES = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg_pool.PoolTimeout)


def outage_page() -> HttpResponse:
    """A page that reloads itself. Rendered without request: nothing in it may ask the database."""
    return HttpResponse(render_to_string("outage.html"), status=503, headers={"Retry-After": "10"})
