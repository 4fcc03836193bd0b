"""Discard a draft. What was released is never deleted this way."""

from otayori.accounts.access import Access
from otayori.core import audit
from otayori.messaging.models import Message


def discard(access: Access, message: Message) -> bool:
    """Delete the draft; False when it was sent meanwhile."""
    deleted, _rows = Message.objects.filter(id=message.id, state=Message.State.DRAFT).delete()
    if deleted:
        audit.record(
            "draft discarded", actor_id=access.user.id, school_id=message.school_id, object_id=message.id
        )
    return bool(deleted)
