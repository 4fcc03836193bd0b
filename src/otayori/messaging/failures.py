"""Deliveries of a message that failed: the newest by name, and how many families no way reached."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from otayori.accounts.access import Access
from otayori.core import clock
from otayori.delivery.models import Batch, Delivery
from otayori.delivery.status import Status
from otayori.messaging import follow_up
from otayori.messaging.models import Message, RecipientStudent
from otayori.messaging.report_access import own_classes, sees_every_class
from otayori.messaging.search_students import places
from otayori.roster.models import Enrolment

NEWEST = 10

# Another address may have taken it or may still, in any batch that told the message: it has a row that says
# so, or its slice is still open and it has none. A mail that was spared means that the message was read. The
# notice of a recall is no way to the message.
TOLD = """
told AS MATERIALIZED (
    SELECT id AS message_id, batch_id FROM messaging_message WHERE id = ANY(%(messages)s)
    UNION ALL
    SELECT message_id, batch_id FROM messaging_followup
    WHERE message_id = ANY(%(messages)s) AND kind <> 'recall'
), waiting AS MATERIALIZED (
    SELECT s.batch_id, unnest(s.endpoint_ids) AS endpoint_id
    FROM told JOIN delivery_slice s ON s.batch_id = told.batch_id WHERE s.done_at IS NULL
)
"""
_UNREACHED = f"""
WITH {TOLD}
SELECT DISTINCT t.message_id, e.guardian_id
FROM told t
JOIN delivery_delivery d ON d.batch_id = t.batch_id
JOIN delivery_endpoint e ON e.id = d.endpoint_id
WHERE (d.status = 'failed' OR d.status = 'cancelled' AND d.code = 'expired')
  AND (%(guardians)s::uuid[] IS NULL OR e.guardian_id = ANY(%(guardians)s::uuid[]))
  AND NOT EXISTS (
      SELECT 1 FROM delivery_endpoint o
      JOIN told u ON u.message_id = t.message_id
      LEFT JOIN delivery_delivery w ON w.batch_id = u.batch_id AND w.endpoint_id = o.id
      WHERE o.guardian_id = e.guardian_id
        AND (w.status NOT IN ('failed', 'cancelled') OR w.status = 'cancelled' AND w.code = 'read'
             OR w.id IS NULL AND (u.batch_id, o.id) IN (SELECT batch_id, endpoint_id FROM waiting)))
"""  # noqa: S608 - no value stands in it


@dataclass(frozen=True)
class Failure:
    """One address that did not take the message."""

    guardian: str
    children: list[tuple[str, str]]  # name, 3年1組 12番
    school: str
    channel: str
    code: str
    reached_otherwise: bool  # another address of the guardian took it, or may still


def newest(access: Access, message: Message, limit: int = NEWEST) -> list[Failure]:
    """Return the newest failures whose names this person may see (report_access)."""
    told = Batch.objects.filter(follow_up.told_by(message.id))
    failed = Delivery.objects.filter(batch__in=told, status=Status.FAILED)
    shown = _shown(access, message)
    if not sees_every_class(access, message):
        failed = failed.filter(endpoint__guardian__in=shown.values("recipient__guardian"))
    rows = list(failed.select_related("endpoint__guardian__user").order_by("-id")[:limit])
    guardians = {row.endpoint.guardian_id for row in rows}
    unreached = {guardian_id for _message, guardian_id in _unreached([message.id], guardians)}
    children = _children(shown.filter(recipient__guardian__in=guardians))
    return [
        Failure(
            guardian=row.endpoint.guardian.user.name,
            children=[line[:2] for line in children[row.endpoint.guardian_id]],
            school=next((line[2] for line in children[row.endpoint.guardian_id]), ""),
            channel=row.channel,
            code=row.code,
            reached_otherwise=row.endpoint.guardian_id not in unreached,
        )
        for row in rows
    ]


def families_unreached(messages: Collection[Message]) -> dict[UUID, int]:
    """Return by message id how many guardians no address reached (before the deadline). One statement.

    Nobody is to be told by other means what was recalled.
    """
    standing = [message.id for message in messages if message.recalled_at is None]
    counts = Counter(message_id for message_id, _guardian in _unreached(standing))
    return dict(counts)


def _unreached(
    message_ids: Iterable[UUID], guardian_ids: Collection[UUID] | None = None
) -> list[tuple[UUID, UUID]]:
    """Return message and guardian where an address failed or came too late, and no other is left."""
    only = None if guardian_ids is None else list(guardian_ids)
    with connection.cursor() as cursor:  # home and the progress page, which asks every few seconds
        cursor.execute(_UNREACHED, {"messages": list(message_ids), "guardians": only})
        return list(cursor.fetchall())


def _shown(access: Access, message: Message) -> QuerySet[RecipientStudent]:
    """The children of the message whom this person may see: a sibling may be at another school."""
    children = RecipientStudent.objects.filter(recipient__message=message)
    if sees_every_class(access, message):
        return children
    managed = [school.id for school in access.schools if access.manages(school.id)]
    own = Enrolment.objects.filter(classroom__in=own_classes(access, message), year_id=clock.school_year())
    return children.filter(Q(student__in=own.values("student_id")) | Q(student__school__in=managed))


def _children(shown: QuerySet[RecipientStudent]) -> dict[UUID, list[tuple[str, str, str]]]:
    rows = list(shown.select_related("student__school", "recipient"))
    found: dict[UUID, list[tuple[str, str, str]]] = defaultdict(list)
    for row, place in zip(rows, places([row.student for row in rows]), strict=True):
        found[row.recipient.guardian_id].append((row.student.name, place, row.student.school.name))
    return found
