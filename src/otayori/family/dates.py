"""The dates a message names: shown below its text, each to be put into the guardian's own calendar."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from otayori.core import clock
from otayori.family.date_words import plan_text
from otayori.family.inbox import board_name, sender_of
from otayori.messaging.access import open_received
from otayori.messaging.dates import ics, keep
from otayori.messaging.models import Message
from otayori.roster.access import guardian, guardian_of


@dataclass(frozen=True)
class Named:
    """A date of a message as its page shows it; `number` is its place in the message."""

    number: int
    words: str
    is_deadline: bool


@guardian
@require_safe
def date(request: HttpRequest, message_id: UUID, number: int) -> HttpResponse:
    """Give one date as a file for a calendar program; of a recalled message there is none."""
    message = open_received(guardian_of(request), message_id).message
    found = [] if message.recalled_at else keep.dates_of(message)
    if not 1 <= number <= len(found):
        raise Http404
    one = found[number - 1]
    entry = ics.Entry(message, number, one, sender_of(message, board_name([message])))
    response = HttpResponse(ics.single(entry), content_type=ics.MEDIA_TYPE)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"otayori-{one.day:%Y%m%d}.ics"
    )
    return response


def named_in(message: Message) -> list[Named]:
    """Return the dates of a message that are not over. Asks the database nothing."""
    today = clock.today()
    return [
        Named(number, plan_text(one), one.is_deadline)
        for number, one in enumerate(keep.dates_of(message), start=1)
        if (one.until or one.day) >= today
    ]
