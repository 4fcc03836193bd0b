"""Mark messages read: receipts (既読) come from a guardian's app in small batches, some of them twice."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from otayori.core import clock
from otayori.delivery import fallback
from otayori.messaging.access import inbox_of
from otayori.roster.models import Guardian

_READ = """
UPDATE messaging_recipient r SET read_at = %s
FROM messaging_message m
WHERE m.id = r.message_id AND r.read_at IS NULL AND r.id IN ({mine})
RETURNING m.batch_id, EXISTS (
    SELECT 1 FROM delivery_slice s WHERE s.batch_id = m.batch_id AND s.done_at IS NULL AND s.due_at > now())
"""


def mark_read(guardian: Guardian, message_ids: Collection[UUID]) -> int:
    """Mark those of the guardian's messages read that were not; return how many.

    The first opening stands: saying it again changes nothing. Ids of others' messages are passed over.
    """
    if not message_ids:
        return 0
    mine, params = (
        inbox_of(guardian).order_by().filter(message_id__in=message_ids).values("pk").query.sql_with_params()
    )
    with connection.cursor() as cursor:  # receipts: a page opened, a batch from a phone
        cursor.execute(_READ.format(mine=mine), [clock.now(), *params])
        read = cursor.fetchall()
    if waiting := [batch_id for batch_id, has_mail_waiting in read if has_mail_waiting]:
        fallback.spare(guardian.id, waiting)
    return len(read)
