"""Mark messages read: receipts (既読) come from a guardian's app in small batches, some of them twice."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from otayori.core import clock
from otayori.core.prepared import Prepared, cursor
from otayori.delivery import fallback
from otayori.messaging.access import inbox_of
from otayori.messaging.models import Message, Recipient
from otayori.roster.models import Guardian

_MOST = 32767  # of a PositiveSmallIntegerField; a phone may say anything

# A version older than the message's was opened from what the device had stored. Of a recalled message that is
# an opening of the words that were taken back: it stands before the recall (exposure.py), at its time at the
# latest, whenever the device comes to tell of it. Mails that wait are spared who has read the newest words.
_READ = """
UPDATE messaging_recipient r
SET read_at = CASE WHEN m.recalled_at IS NOT NULL AND seen.version < m.version
                   THEN least(r.read_at, %s, m.recalled_at) ELSE coalesce(r.read_at, %s) END,
    read_version = greatest(r.read_version, seen.version)
FROM unnest(%s::uuid[], %s::int[]) AS told(message_id, version)
JOIN messaging_message m ON m.id = told.message_id
CROSS JOIN LATERAL (SELECT least(coalesce(told.version, m.version), m.version) AS version) AS seen
WHERE r.message_id = m.id AND r.id IN ({mine})
  AND (r.read_at IS NULL OR r.read_version < seen.version
       OR seen.version < m.version AND m.recalled_at < r.read_at)
RETURNING CASE WHEN seen.version = m.version THEN ARRAY(
    SELECT DISTINCT s.batch_id FROM delivery_slice s
    WHERE s.done_at IS NULL AND s.due_at > now()
      AND s.batch_id IN (SELECT m.batch_id UNION ALL
                         SELECT f.batch_id FROM messaging_followup f WHERE f.message_id = m.id)
) END
"""


def _received(guardian_id: UUID, message_ids: list[UUID]) -> QuerySet[Recipient]:
    """Those of these messages that the guardian got: `_READ` finds them in what inbox_of says."""
    mine = inbox_of(Guardian(id=guardian_id)).order_by()
    asked = RawSQL("SELECT unnest(%s::uuid[])", [message_ids])  # one blank, however many they are
    return mine.filter(message_id__in=asked).only("pk")


_MINE = Prepared(_received, UUID(int=1), [UUID(int=2)])


def mark_read(
    guardian: Guardian, message_ids: Collection[UUID], versions: Mapping[UUID, int] | None = None
) -> int:
    """Mark those of the guardian's messages read that were not, or not in this version; return how many.

    `versions` tells which version of each was opened: 1 where it is silent, as apps of before corrections
    are; None: the newest of each, which the server has just shown. The first opening stands: saying it again
    changes nothing. Ids of others' messages are passed over.
    """
    ids = list(dict.fromkeys(message_ids))
    if not ids:
        return 0
    opened = [None if versions is None else min(max(versions.get(one, 1), 1), _MOST) for one in ids]
    mine, params = _MINE.filled(guardian.id, ids)
    now = clock.now()
    with cursor() as asked:  # receipts: a page opened, a batch from a phone
        asked.execute(_READ.format(mine=mine), [now, now, ids, opened, *params])
        read = asked.fetchall()
    if waiting := [batch_id for (batches,) in read for batch_id in batches or ()]:
        fallback.spare(guardian.id, waiting)
    return len(read)


def unread(message: Message) -> Q:
    """Match the recipients who have not opened what the message says now."""
    never = Q(read_at__isnull=True)
    return never if message.version == 1 else never | Q(read_version__lt=message.version)
