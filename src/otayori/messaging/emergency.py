"""The emergency path: what is typed is kept as a draft at once, and goes with one press."""

from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.http import Http404

from otayori.accounts.access import Access
from otayori.delivery import release as delivery
from otayori.delivery.parcel import Urgency
from otayori.messaging import compose, confirm, gate, send, targets
from otayori.messaging.access import may_change, open_message
from otayori.messaging.models import Message
from otayori.schools.models import School

# What keeps `dispatch` from sending: the confirm page says why, and the draft is there.
REFUSALS = (confirm.Changed, gate.Barred, send.NotReady, targets.NotYours)


def get_ready() -> None:
    """Let the workers open connections as soon as somebody begins to write: every second counts."""
    delivery.announce(Urgency.EMERGENCY)


@transaction.atomic
def keep(access: Access, school: School | None, draft_id: UUID, words: compose.Words) -> Message:
    """Keep what was typed, however incomplete, as the emergency draft with the id the page was drawn with.

    The page draws the id, not the first save: counts that overlap, and a button pressed twice, keep and
    send one message. Raises `targets.NotYours`, `compose.NoDraft`, or 404 for what is another's.
    """
    at_once = replace(words, urgency=Urgency.EMERGENCY, release_at=None, deliver_before=None)
    targets.check(access, school, words.audience)
    message, made = Message.objects.select_related("school__sending_rules").get_or_create(
        id=draft_id, defaults={"school": school, "author": access.user, "urgency": Urgency.EMERGENCY.value}
    )
    if not made:
        message = _own(access, school, draft_id)
    return compose.save_draft(access, message, at_once)


def _own(access: Access, school: School | None, draft_id: UUID) -> Message:
    """Return an emergency of this sender that this person may change, sent or not; else 404."""
    message = open_message(access, draft_id)
    is_it = message.urgency == Urgency.EMERGENCY and message.school_id == (school.id if school else None)
    if not is_it or not may_change(access, message):
        raise Http404
    return message
