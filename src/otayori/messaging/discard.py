"""Discard a draft. What was released is never deleted this way."""

from django.db import transaction

from otayori.accounts.access import Access
from otayori.core import audit
from otayori.messaging.attachments.clean_up import erase_unnamed, stored_of
from otayori.messaging.models import Message


@transaction.atomic
def discard(access: Access, message: Message) -> bool:
    """Delete the draft and its files; False when it was sent meanwhile."""
    stored = stored_of(message)
    deleted, _rows = Message.objects.filter(id=message.id, state=Message.State.DRAFT).delete()
    if deleted:
        erase_unnamed(stored)
        audit.record(
            "draft discarded", actor_id=access.user.id, school_id=message.school_id, object_id=message.id
        )
    return bool(deleted)
