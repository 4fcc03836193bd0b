"""What a page says while PostgreSQL can't be reached: 503, in words, and try again soon."""

import psycopg
import psycopg_pool
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

OUTAGES = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg_pool.PoolTimeout)


def outage_page(*, family: bool = False) -> HttpResponse:
    """A page that reloads itself. Rendered without request: nothing in it may ask the database.

    `family`: in words for guardians. They are many, so their pages come again less often.
    """
    words = render_to_string("outage.html", {"family": family})
    return HttpResponse(words, status=503, headers={"Retry-After": "30" if family else "10"})
