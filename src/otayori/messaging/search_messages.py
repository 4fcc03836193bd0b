"""Search messages by words in their title, text and files. All of it lies encrypted: it is read here.

What was looked through is bounded and told: a search goes from the newest on and says where it stopped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet

from otayori.messaging.filter_messages import in_order
from otayori.messaging.models import Attachment, Message
from otayori.roster.search import search_key

MOST_MESSAGES = 2000  # looked through at once
MOST_CHARACTERS = 6_000_000  # the same, where long files are attached
MOST_WORDS = 100  # characters of a question
_AT_A_TIME = 250


@dataclass(frozen=True)
class Hit:
    """A message that holds every word, with those of its files that hold any: name and text."""

    message: Message
    files: list[tuple[str, str]]


@dataclass(frozen=True)
class Found:
    """What was found among `searched` messages beginning with the `start`th; `more`: there are older ones."""

    hits: list[Hit]
    start: int
    searched: int
    more: bool


def keys_of(text: str) -> list[str]:
    """Return the words of a question as keys, however they are typed. Each has to occur."""
    return [key for word in text[:MOST_WORDS].split() if (key := search_key(word))]


def search(messages: QuerySet[Message], keys: Sequence[str], start: int = 0) -> Found:
    """Look through up to `MOST_MESSAGES` of the messages, the newest first, without the first `start`."""
    hits: list[Hit] = []
    searched = characters = 0
    for message, files in _opened(messages, start):
        if searched == MOST_MESSAGES or characters > MOST_CHARACTERS:
            return Found(hits, start, searched, more=True)
        searched += 1
        characters += len(message.text) + sum(len(text) for _name, text in files)
        if hit := _hit(message, files, keys):
            hits.append(hit)
    return Found(hits, start, searched, more=False)


def _opened(messages: QuerySet[Message], start: int) -> Iterator[tuple[Message, list[tuple[str, str]]]]:
    rows = in_order(messages).only("school", "title", "text")[start : start + MOST_MESSAGES + 1]
    # of a cursor: the texts of 2,000 messages need not lie in memory side by side
    each = rows.iterator(chunk_size=_AT_A_TIME)
    while chunk := list(islice(each, _AT_A_TIME)):
        files = _files(chunk)
        for message in chunk:
            yield message, files.get(message.id, [])


def _files(chunk: list[Message]) -> dict[UUID, list[tuple[str, str]]]:
    known = {message.id: message for message in chunk}
    rows = Attachment.objects.filter(message__in=known, state=Attachment.State.READY)
    found: dict[UUID, list[tuple[str, str]]] = {}
    for row in rows.only("message", "name", "text"):
        row.message = known[row.message_id]  # it names the key: without, each row would ask for it
        found.setdefault(row.message_id, []).append((row.name, row.text))
    return found


def _hit(message: Message, files: list[tuple[str, str]], keys: Sequence[str]) -> Hit | None:
    own = f"{search_key(message.title)}\n{search_key(message.text)}"
    folded = [f"{search_key(name)}\n{search_key(text)}" for name, text in files]
    if not all(any(key in text for text in (own, *folded)) for key in keys):
        return None
    holding = zip(files, folded, strict=True)
    return Hit(message, [file for file, text in holding if any(key in text for key in keys)])
