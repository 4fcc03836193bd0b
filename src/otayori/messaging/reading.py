"""Mark messages read: receipts (既読) come from a guardian's app in small batches, some of them twice."""

from collections.abc import Collection
from uuid import UUID

from otayori.core import clock
from otayori.messaging.access import inbox_of
from otayori.messaging.models import Recipient
from otayori.roster.models import Guardian


def mark_read(guardian: Guardian, message_ids: Collection[UUID]) -> int:
    """Mark those of the guardian's messages read that were not; return how many.

    The first opening stands: saying it again changes nothing. Ids of others' messages are passed over.
    """
    if not message_ids:
        return 0
    mine = inbox_of(guardian).order_by().filter(message_id__in=message_ids).values("pk")
    return Recipient.objects.filter(pk__in=mine, read_at__isnull=True).update(read_at=clock.now())
