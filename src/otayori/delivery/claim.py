"""Claim: take what is due of a lane and channel, with a lease, and make parcels of it."""

import json
import logging
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import tink
from django.db import connection

from otayori.core import crypto
from otayori.delivery.models import Batch, BatchContent
from otayori.delivery.parcel import Content, Outcome, Parcel, Urgency, Verdict
from otayori.delivery.status import LEASE

log = logging.getLogger(__name__)

Contents = MutableMapping[tuple[UUID, str], Content]

# The batches of the lane take turns: each gives at most its share of the claim, so that a school with a
# small message does not wait behind the whole ward. Only batches with something due have a turn: hundreds
# stay open for days over one full mailbox. SKIP LOCKED: workers never wait for each other.
_CLAIM = """
WITH turn AS (
    SELECT b.id FROM delivery_batch b
    WHERE b.lane = %(lane)s AND b.closed_at IS NULL AND b.stopped_at IS NULL
      AND (b.deadline IS NULL OR b.deadline > now())
      AND EXISTS (SELECT 1 FROM delivery_delivery d
                  WHERE d.batch_id = b.id AND d.channel = %(channel)s
                    AND d.status = 'queued' AND d.due_at <= now())
    ORDER BY random() LIMIT 50
), picked AS (
    SELECT due.id FROM turn CROSS JOIN LATERAL (
        SELECT d.id FROM delivery_delivery d
        WHERE d.batch_id = turn.id AND d.channel = %(channel)s AND d.status = 'queued' AND d.due_at <= now()
        ORDER BY d.due_at
        LIMIT (SELECT greatest(1, ceil(%(limit)s / greatest(count(*), 1)::numeric))::bigint FROM turn)
        FOR UPDATE SKIP LOCKED
    ) due
)
UPDATE delivery_delivery d
SET status = 'sending', attempt = d.attempt + 1, leased_until = now() + %(lease)s * interval '1 second'
FROM picked, delivery_endpoint e
WHERE d.id = picked.id AND e.id = d.endpoint_id
RETURNING d.id, d.batch_id, d.endpoint_id, d.language, d.attempt, e.address
"""

_RENEW = """
UPDATE delivery_delivery SET leased_until = now() + %s * interval '1 second'
WHERE id = ANY(%s) AND status = 'sending'
"""


class Row(NamedTuple):
    delivery_id: int
    batch_id: UUID
    endpoint_id: UUID
    language: str
    attempt: int
    address: bytes


@dataclass(frozen=True)
class Claim:
    """What was taken: parcels to hand over, which try each is on, and what can't be sent at all."""

    parcels: list[Parcel]
    attempts: dict[int, int]  # delivery id -> number of this try, from 1
    lost: list[Outcome]

    def __bool__(self) -> bool:
        return bool(self.attempts)


def claim(lane: str, channel: str, limit: int, contents: Contents) -> Claim:
    """Take up to about `limit` due deliveries. `contents` is the caller's cache of rendered texts."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM, {"lane": lane, "channel": channel, "limit": limit, "lease": LEASE.total_seconds()}
        )
        rows = [Row(*row) for row in cursor.fetchall()]
    _load({row.batch_id for row in rows} - {batch for batch, _ in contents}, contents)
    taken = Claim([], {row.delivery_id: row.attempt for row in rows}, [])
    for row in rows:
        content = contents.get((row.batch_id, row.language))
        if content is None:
            # Tried again: with the wrong master key in its environment a worker must not fail a whole ward.
            taken.lost.append(Outcome(row.delivery_id, Verdict.TRANSIENT, "text unreadable"))
            continue
        try:
            address = crypto.unseal(crypto.WARD, row.address, f"delivery_endpoint.address.{row.endpoint_id}")
        except tink.TinkError:
            taken.lost.append(Outcome(row.delivery_id, Verdict.PERMANENT, "unreadable"))
            continue
        taken.parcels.append(Parcel(row.delivery_id, row.endpoint_id, address, content))
    return taken


def _load(batch_ids: set[UUID], contents: Contents) -> None:
    if not batch_ids:
        return
    for kept in BatchContent.objects.filter(batch_id__in=batch_ids).select_related("batch"):
        batch: Batch = kept.batch
        try:
            text = kept.text
        except (tink.TinkError, crypto.KeyMissing) as error:
            log.error("the text of batch %s can't be read: %s", batch.id, type(error).__name__)  # noqa: TRY400
            continue
        contents[batch.id, kept.language] = Content(
            batch_id=batch.id,
            language=kept.language,
            urgency=Urgency(batch.lane),
            sent_at=batch.released_at,
            deadline=batch.deadline,
            **json.loads(text),
        )


def renew(delivery_ids: Sequence[int]) -> None:
    """Lengthen the leases of what is still on its way: behind a slow relay a chunk outlasts its lease.

    Without it another worker would send the same mails again while this one works them off.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [LEASE.total_seconds(), list(delivery_ids)])


def due_lanes() -> set[tuple[str, str]]:
    """Return the (lane, channel) pairs that have something due now: what a worker looks at every second."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT b.lane, c.channel
            FROM delivery_batch b CROSS JOIN (VALUES ('email'), ('webpush')) AS c(channel)
            WHERE b.closed_at IS NULL AND b.stopped_at IS NULL
              AND (b.deadline IS NULL OR b.deadline > now())
              AND EXISTS (SELECT 1 FROM delivery_delivery d
                          WHERE d.batch_id = b.id AND d.channel = c.channel
                            AND d.status = 'queued' AND d.due_at <= now())
            """
        )
        return {(lane, channel) for lane, channel in cursor.fetchall()}
