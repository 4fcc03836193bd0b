"""The page of one message, and the receipts that say it was opened."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from otayori.family.dates import named_in
from otayori.family.inbox import board_name, children_of_message, sender_of
from otayori.messaging.access import open_received
from otayori.messaging.changes import Change, changed_words
from otayori.messaging.models import Attachment, Message, Recipient
from otayori.messaging.reading import mark_read
from otayori.roster.access import guardian, guardian_of
from otayori.roster.models import Guardian

STORING = "Otayori-Purpose"  # header: the service worker fetches the page to keep it, nobody reads it yet
MOST_RECEIPTS = 200
MOST_VERSION = 32_767


@dataclass(frozen=True)
class Correction:
    """What was corrected last, and when; each list as messaging/changes.py tells it."""

    at: datetime
    note: str
    title: list[Change]  # empty where the title stayed
    text: list[Change]


@guardian
@require_safe
@gzip_page
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Show a message, and mark it read; of a recalled one only that it was recalled.

    A page that the signed-in guardian navigates to has been opened: saying so here works without
    JavaScript and in one request. Pages opened from the device's store send `receipts` instead.
    """
    person = guardian_of(request)
    row = open_received(person, message_id)
    version = row.message.version
    if is_opened(request) and (row.read_at is None or row.read_version < version):
        mark_read(person, [message_id], {message_id: version})
    response = _page(request, person, row)
    # For the service worker, which may hear of changes in another order than they were made
    response["Otayori-Version"] = str(version)
    if row.message.recalled_at is not None:
        response["Otayori-Recalled"] = "1"
    return response


def is_opened(request: HttpRequest) -> bool:
    """Tell whether somebody opens the page now, and not the browser or the app ahead of them."""
    ahead = STORING in request.headers or "Sec-Purpose" in request.headers
    return request.method == "GET" and not ahead


@guardian
@require_POST
def receipts(request: HttpRequest) -> HttpResponse:
    """Take receipts from the app: JSON {"ids": [message id, ...], "versions": {message id: number}}.

    Ids of others are passed over; an app of before corrections sends no versions.
    """
    try:
        told = json.loads(request.body)
        ids = [UUID(one) for one in told["ids"][:MOST_RECEIPTS]]
        versions = {UUID(one): _version(number) for one, number in told.get("versions", {}).items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return JsonResponse({"error": "ids"}, status=400)
    of_these = {one: versions[one] for one in ids if one in versions}
    return JsonResponse({"read": mark_read(guardian_of(request), ids, of_these)})


@guardian
@require_safe
def token(request: HttpRequest) -> HttpResponse:
    """Give the app a fresh CSRF token: the one in a stored page may be of an earlier session."""
    return JsonResponse({"csrf": get_token(request)})


def _page(request: HttpRequest, person: Guardian, row: Recipient) -> HttpResponse:
    message = row.message
    context: dict[str, object] = {
        "message": message,
        "sender": sender_of(message, board_name([message])),
        "children": children_of_message(person, row),
        "nav_current": "inbox",
    }
    if message.recalled_at is not None:
        return render(request, "family/recalled.html", context)
    context["files"] = _files(message) if row.has_files else []  # type: ignore[attr-defined]
    context["dates"] = named_in(message)
    context["correction"] = _correction(message)
    return render(request, "family/message.html", context)


def _files(message: Message) -> QuerySet[Attachment]:
    return message.attachments.filter(state=Attachment.State.READY).defer("text")


def _correction(message: Message) -> Correction | None:
    before = message.versions.order_by("-number").first() if message.version > 1 else None
    if before is None:
        return None
    return Correction(
        at=before.replaced_at,
        note=before.note,
        title=changed_words(before.title, message.title) if before.title != message.title else [],
        text=changed_words(before.text, message.text),
    )


def _version(told: object) -> int:
    if not isinstance(told, int) or not 1 <= told <= MOST_VERSION:
        raise ValueError("no version")
    return told
