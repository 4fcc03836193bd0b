"""Keep the dates of a message beside it: at its release, at a correction, and later for those of before."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from otayori.core import clock
from otayori.messaging.access import inbox_of
from otayori.messaging.dates.find import Found
from otayori.messaging.dates.plans import plans
from otayori.messaging.models import Message, MessageDate
from otayori.roster.models import Guardian

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200  # messages of before, looked into when their guardian opens 予定
_BACK = timedelta(days=366)


def renew(message: Message) -> None:
    """Look for the dates of what a released message says now, in the caller's transaction."""
    message.dates.all().delete()
    MessageDate.objects.bulk_create(_rows(message))
    message.dated_version = message.version
    message.save(update_fields=["dated_version"])


def catch_up(guardian: Guardian) -> None:
    """Look for the dates of the guardian's messages that nobody has looked into in what they say now."""
    mine = inbox_of(guardian).order_by().filter(released_at__gte=clock.now() - _BACK).values("message")
    late = Message.objects.filter(id__in=mine, recalled_at=None, dated_version__lt=F("version"))
    ids = list(late.order_by("-released_at").values_list("id", flat=True)[:MOST_AT_ONCE])
    if ids:
        _look_into(ids)


@transaction.atomic
def _look_into(ids: list[UUID]) -> None:
    """Two pages may come at once, and a correction: who holds a message looks into it."""
    messages = list(
        Message.objects.select_for_update(skip_locked=True).filter(id__in=ids, dated_version__lt=F("version"))
    )
    MessageDate.objects.filter(message__in=messages).delete()
    MessageDate.objects.bulk_create([row for message in messages for row in _rows(message)])
    held = [message.id for message in messages]
    Message.objects.filter(id__in=held).update(dated_version=F("version"))


def dates_of(message: Message) -> list[Found]:
    """Return the dates of a released message from its words, in the order in which they are numbered."""
    if message.released_at is None:
        return []
    try:
        return plans(message.title, message.text, released_at=message.released_at, version=message.version)
    except Exception as error:  # an emergency is not held back because its text confuses us
        # The class alone: what an exception says may hold a piece of the text
        log.error("dates of message %s: %s", message.id, type(error).__name__)  # noqa: TRY400
        return []


def _rows(message: Message) -> list[MessageDate]:
    return [
        MessageDate(
            message=message,
            number=number,
            day=one.day,
            starts=one.starts,
            ends=one.ends,
            until=one.until,
            is_deadline=one.is_deadline,
        )
        for number, one in enumerate(dates_of(message), start=1)
    ]
