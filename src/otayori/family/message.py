"""The page of one message, and the receipts that say it was opened."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST

from otayori.family.inbox import board_name, children_of_message, sender_of
from otayori.messaging.access import open_received
from otayori.messaging.reading import mark_read
from otayori.roster.access import guardian, guardian_of

STORING = "Otayori-Purpose"  # header: the service worker fetches the page to keep it, nobody reads it yet
MOST_RECEIPTS = 200


@guardian
@gzip_page
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Show a message, and mark it read.

    A page that the signed-in guardian navigates to has been opened: saying so here works without
    JavaScript and in one request. Pages opened from the device's store send `receipts` instead.
    """
    person = guardian_of(request)
    row = open_received(person, message_id)
    unread = row.read_at is None
    if (
        unread
        and request.method == "GET"
        and STORING not in request.headers
        and "Sec-Purpose" not in request.headers
    ):
        mark_read(person, [message_id])
    sender = sender_of(row.message, board_name([row.message]))
    context = {"message": row.message, "sender": sender, "children": children_of_message(person, row)}
    return render(request, "family/message.html", context | {"nav_current": "inbox"})


@guardian
@require_POST
def receipts(request: HttpRequest) -> HttpResponse:
    """Take receipts from the app: JSON {"ids": [message id, ...]}; ids of others are passed over."""
    try:
        ids = [UUID(one) for one in json.loads(request.body)["ids"][:MOST_RECEIPTS]]
    except (ValueError, TypeError, KeyError, AttributeError):
        return JsonResponse({"error": "ids"}, status=400)
    return JsonResponse({"read": mark_read(guardian_of(request), ids)})


@guardian
def token(request: HttpRequest) -> HttpResponse:
    """Give the app a fresh CSRF token: the one in a stored page may be of an earlier session."""
    return JsonResponse({"csrf": get_token(request)})
