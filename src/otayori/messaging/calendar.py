"""Calendar: what went out, and what is to go out, on each day of a month."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from otayori.accounts.access import Access
from otayori.core.clock import TOKYO
from otayori.messaging.access import messages_for
from otayori.messaging.filter_messages import falls_into
from otayori.messaging.models import Message
from otayori.messaging.periods import Period
from otayori.messaging.state import is_open, state_of
from otayori.schools.models import School


@dataclass(frozen=True)
class Entry:
    """A message on its day. `at`: when it went out, goes out, or is wished to."""

    message: Message
    at: datetime
    state: str


def entries(access: Access, school: School | None, month: Period) -> dict[date, list[Entry]]:
    """Return by day, in order, what this person sees of the month; of one school with what the board sent it.

    Titles stay sealed until they are shown.
    """
    found = messages_for(access).filter(falls_into(month)).exclude(state=Message.State.DRAFT)
    if school is not None:
        reached = Message.reached.through.objects.filter(school=school).values("message_id")
        found = found.filter(Q(school=school) | Q(school=None, id__in=reached))
    found = found.select_related("school", "batch").defer("text").annotate(is_open=is_open())
    days: dict[date, list[Entry]] = defaultdict(list)
    for message in found:
        at = message.released_at or message.due_at or message.release_at
        if at is not None:  # falls_into asks for one of them
            days[at.astimezone(TOKYO).date()].append(Entry(message, at, state_of(message)))
    return {day: sorted(rows, key=lambda entry: (entry.at, entry.message.id)) for day, rows in days.items()}
