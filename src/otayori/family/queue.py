"""What the app kept until there was a network, sent in batches: each thing goes to the verb of its kind.

The device keeps a thing until it is told that it is done or refused, and sends it again otherwise; two tabs
and the service worker may send the same. So every verb here must come to the same when it is asked twice.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from otayori.delivery import endpoints
from otayori.family.told import is_word
from otayori.messaging.attachments import opening
from otayori.messaging.reading import mark_read
from otayori.roster.access import guardian, guardian_of
from otayori.roster.models import Guardian

MOST_ITEMS = 200
LONGEST_KEY = 200


@dataclass(frozen=True)
class Item:
    """One thing from a device: what it is about, and what the verb of its kind needs."""

    key: str
    kind: str
    data: dict[str, Any]


Refusals = dict[str, str]  # by key: words for the guardian, in the language of the page
Verb = Callable[[Guardian, Sequence[Item]], Refusals]


@guardian
@require_POST
def queue(request: HttpRequest) -> HttpResponse:
    """Take {"guardian": id, "items": [{"key", "kind", "data"}]}, answer {"done", "refused"}.

    "done" lists keys, "refused" {"key", "words"}; what is in neither is to be sent again. `guardian` says who
    did these things: somebody else may be signed in on the phone by now, in whose name nothing is done (409).
    """
    person = guardian_of(request)
    try:
        told = json.loads(request.body)
        rows = list(told["items"])
        owner = str(told.get("guardian") or person.id)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return JsonResponse({"error": "items"}, status=400)
    if len(rows) > MOST_ITEMS:
        return JsonResponse({"error": "many"}, status=400)
    if owner != str(person.id):
        return JsonResponse({"error": "guardian"}, status=409)
    return JsonResponse(take(person, rows))


def take(person: Guardian, rows: Sequence[object]) -> dict[str, Any]:
    """Do what can be done. A row that has not even a key can't be answered and is passed over."""
    of_verb: dict[Verb, list[Item]] = defaultdict(list)
    refused: Refusals = {}
    for row in rows:
        key, kind, data = _parts(row)
        if key and kind in KINDS and isinstance(data, dict):
            of_verb[KINDS[kind]].append(Item(key, kind, data))
        elif key:
            refused[key] = _unreadable()
    for verb, items in of_verb.items():
        refused |= verb(person, items)
    asked = [item.key for items in of_verb.values() for item in items]
    return {
        "done": [key for key in dict.fromkeys(asked) if key not in refused],
        "refused": [{"key": key, "words": words} for key, words in refused.items()],
    }


def _parts(row: object) -> tuple[str, str, object]:
    if not isinstance(row, dict):
        return "", "", None
    key, kind = row.get("key"), row.get("kind")
    is_named = isinstance(key, str) and 0 < len(key) <= LONGEST_KEY
    return (str(key), str(kind), row.get("data")) if is_named else ("", "", None)


def _receipts(person: Guardian, items: Sequence[Item]) -> Refusals:
    """Messages opened from what the device keeps: {"id", "version"}. Those of others are passed over."""
    versions: dict[UUID, int] = {}
    refused: Refusals = {}
    for item in items:
        try:
            told, version = UUID(item.data["id"]), item.data.get("version", 1)
        except (KeyError, ValueError, TypeError, AttributeError):
            refused[item.key] = _unreadable()
            continue
        number = version if isinstance(version, int) else 1
        versions[told] = max(number, versions.get(told, 1))
    mark_read(person, versions, versions)
    return refused


def _files(person: Guardian, items: Sequence[Item]) -> Refusals:
    """Files opened from what the device keeps: {"id"}."""
    refused: Refusals = {}
    for item in items:
        try:
            opening.note_told(person, UUID(item.data["id"]))
        except (KeyError, ValueError, TypeError, AttributeError):
            refused[item.key] = _unreadable()
    return refused


def _notes(person: Guardian, items: Sequence[Item]) -> Refusals:
    """What a device tells of itself, that the app was opened or a push shown: {"endpoint": push address}."""
    refused: Refusals = {}
    told: dict[str, set[str]] = defaultdict(set)
    for item in items:
        address = item.data.get("endpoint")
        if is_word(address):
            told[address].add(item.kind)
        else:
            refused[item.key] = _unreadable()
    for address, kinds in told.items():
        endpoints.note(person, address, seen="seen" in kinds, arrived="arrived" in kinds)
    return refused


def _unreadable() -> str:
    return _("送信できませんでした。お手数ですが、もう一度入力してください。")


KINDS: dict[str, Verb] = {"receipt": _receipts, "file": _files, "seen": _notes, "arrived": _notes}
