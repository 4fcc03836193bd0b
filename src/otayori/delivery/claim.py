"""Claim: take what is due of a lane and channel, with a lease, and make parcels of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from uuid import UUID

import tink
from django.db import connection

from otayori.core import crypto
from otayori.delivery.contents import Contents
from otayori.delivery.parcel import Outcome, Parcel, Verdict
from otayori.delivery.status import LEASE

MOST_SLICES = 8  # of different batches, in one claim

# The batches of the lane take turns: each gives one slice, small ones first, so that a school's message does
# not wait behind the whole ward. SKIP LOCKED: workers never wait for each other. Addresses come along in the
# same statement: a worker that dies in between would leave a lease without knowing. Endpoints that have a row
# already (settled before the last lease ran out; spared because read) are left out.
_CLAIM_SLICES = """
WITH turn AS (
    SELECT b.id FROM (
        SELECT DISTINCT s.batch_id FROM delivery_slice s
        WHERE s.lane = %(lane)s AND s.channel = %(channel)s AND s.done_at IS NULL AND s.due_at <= now()
          AND (s.leased_until IS NULL OR s.leased_until < now())
    ) due JOIN delivery_batch b ON b.id = due.batch_id
    WHERE b.stopped_at IS NULL AND (b.deadline IS NULL OR b.deadline > now())
    ORDER BY random() LIMIT %(slices)s
), free AS (
    SELECT first.id,
           sum(first.size) OVER (ORDER BY first.size ROWS UNBOUNDED PRECEDING) - first.size AS before
    FROM turn CROSS JOIN LATERAL (
        SELECT s.id, s.size FROM delivery_slice s
        WHERE s.lane = %(lane)s AND s.channel = %(channel)s AND s.done_at IS NULL AND s.due_at <= now()
          AND (s.leased_until IS NULL OR s.leased_until < now()) AND s.batch_id = turn.id
        ORDER BY s.due_at, s.id LIMIT 1
        FOR UPDATE SKIP LOCKED
    ) first
), taken AS (
    UPDATE delivery_slice s
    SET attempt = s.attempt + 1, holder = %(holder)s,
        leased_until = now() + %(lease)s * interval '1 second'
    FROM free WHERE s.id = free.id AND free.before < %(limit)s
    RETURNING s.id, s.batch_id, s.attempt, s.delivery_ids, s.endpoint_ids
)
SELECT taken.id, taken.batch_id, 1, taken.attempt, open.*
FROM taken LEFT JOIN LATERAL (
    SELECT x.id, x.endpoint_id, u.language, e.address, e.state, e.code
    FROM unnest(taken.delivery_ids, taken.endpoint_ids) AS x(id, endpoint_id)
    JOIN delivery_endpoint e ON e.id = x.endpoint_id
    JOIN roster_guardian g ON g.id = e.guardian_id
    JOIN accounts_user u ON u.id = g.user_id
    WHERE NOT EXISTS (SELECT 1 FROM delivery_delivery d WHERE d.id = x.id)
) open ON true
"""

# What was tried before. Only batches with something due have a turn: hundreds stay open for days over one
# full mailbox.
_CLAIM_AGAIN = """
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
SET status = 'sending', attempt = d.attempt + 1, claimed = d.claimed + 1,
    leased_until = now() + %(lease)s * interval '1 second'
FROM picked, delivery_endpoint e, roster_guardian g, accounts_user u
WHERE d.id = picked.id AND e.id = d.endpoint_id AND g.id = e.guardian_id AND u.id = g.user_id
RETURNING NULL, d.batch_id, d.attempt, d.claimed, d.id, d.endpoint_id, u.language, e.address, e.state, e.code
"""

# a slice whose lease went to another worker meanwhile has another attempt
_RENEW_SLICES = """
UPDATE delivery_slice s SET leased_until = now() + %s * interval '1 second'
FROM unnest(%s::bigint[], %s::int[]) AS v(id, attempt)
WHERE s.id = v.id AND s.attempt = v.attempt AND s.done_at IS NULL
"""

_RENEW_ROWS = """
UPDATE delivery_delivery SET leased_until = now() + %s * interval '1 second'
WHERE id = ANY(%s) AND status = 'sending'
"""


class Try(NamedTuple):
    """What settling must know of a try. `slice_id` is None when the delivery has its row already.

    `number` counts the claims of the slice, or of the row, and never goes back: it tells a worker that was
    away too long from the one that has it now. `attempt` is what staff see and waits grow with.
    """

    slice_id: int | None
    batch_id: UUID
    endpoint_id: UUID
    channel: str
    attempt: int
    number: int


class _Row(NamedTuple):
    slice_id: int | None
    batch_id: UUID
    attempt: int
    number: int  # of this claim
    delivery_id: int | None  # None: nothing is left of the slice
    endpoint_id: UUID
    language: str
    address: bytes
    state: str
    code: str


@dataclass
class Claim:
    """What was taken: parcels to hand over, which try each is on, and what can't be sent at all."""

    parcels: list[Parcel] = field(default_factory=list)
    lost: list[Outcome] = field(default_factory=list)
    tries: dict[int, Try] = field(default_factory=dict)  # by delivery id
    slices: dict[int, int] = field(default_factory=dict)  # slice id -> its attempt, which is our token

    def __bool__(self) -> bool:
        return bool(self.tries or self.slices)

    def arm(self, armed: Mapping[UUID, bytes]) -> None:
        """Give each parcel what was prepared for its endpoint."""
        self.parcels = [
            replace(parcel, armed=armed[parcel.endpoint_id]) if parcel.endpoint_id in armed else parcel
            for parcel in self.parcels
        ]


def claim(
    lane: str, channel: str, limit: int, contents: Contents, *, holder: UUID | None = None
) -> Claim:
    """Take about `limit` due deliveries, and at least one slice, for the worker `holder`.

    `contents` caches the rendered texts.
    """
    params: dict[str, Any] = {"lane": lane, "channel": channel, "lease": LEASE.total_seconds()}
    params["holder"] = holder
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_SLICES, params | {"slices": MOST_SLICES, "limit": limit})
        rows = [_Row(*row) for row in cursor.fetchall()]
        cursor.execute(_CLAIM_AGAIN, params | {"limit": limit})
        rows += [_Row(*row) for row in cursor.fetchall()]
    taken = Claim(slices={row.slice_id: row.number for row in rows if row.slice_id is not None})
    left = [row for row in rows if row.delivery_id is not None]
    contents.load({row.batch_id for row in left})
    for row in left:
        _add(taken, row, channel, contents)
    return taken


def _add(taken: Claim, row: _Row, channel: str, contents: Contents) -> None:
    delivery_id = row.delivery_id
    assert delivery_id is not None  # noqa: S101 - told apart above
    taken.tries[delivery_id] = Try(
        row.slice_id, row.batch_id, row.endpoint_id, channel, row.attempt, row.number
    )
    content = contents.get(row.batch_id, row.language)
    if row.state != "active":
        taken.lost.append(Outcome(delivery_id, Verdict.PERMANENT, row.code))
    elif content is None:
        # Tried again: with the wrong master key in its environment a worker must not fail a whole ward.
        taken.lost.append(Outcome(delivery_id, Verdict.TRANSIENT, "text unreadable"))
    else:
        try:
            address = crypto.unseal(crypto.WARD, row.address, f"delivery_endpoint.address.{row.endpoint_id}")
        except tink.TinkError:
            taken.lost.append(Outcome(delivery_id, Verdict.PERMANENT, "unreadable"))
            return
        taken.parcels.append(Parcel(delivery_id, row.endpoint_id, address, content))


def renew(slices: Mapping[int, int], delivery_ids: Iterable[int]) -> None:
    """Lengthen the leases of what is still on its way: behind a slow relay it outlasts its lease.

    Without it another worker would send the same mails again while this one works them off. `slices` as in
    `Claim.slices`; `delivery_ids` those that have their row.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RENEW_SLICES, [LEASE.total_seconds(), list(slices), list(slices.values())])
        cursor.execute(_RENEW_ROWS, [LEASE.total_seconds(), list(delivery_ids)])


def due_lanes() -> set[tuple[str, str]]:
    """Return the (lane, channel) pairs that have something due now: what a worker looks at every second."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.lane, s.channel
            FROM delivery_slice s JOIN delivery_batch b ON b.id = s.batch_id
            WHERE s.done_at IS NULL AND s.due_at <= now()
              AND (s.leased_until IS NULL OR s.leased_until < now())
              AND b.stopped_at IS NULL AND (b.deadline IS NULL OR b.deadline > now())
            UNION
            SELECT b.lane, c.channel
            FROM delivery_batch b CROSS JOIN (VALUES ('email'), ('webpush')) AS c(channel)
            WHERE b.closed_at IS NULL AND b.stopped_at IS NULL
              AND (b.deadline IS NULL OR b.deadline > now())
              AND EXISTS (SELECT 1 FROM delivery_delivery d
                          WHERE d.batch_id = b.id AND d.channel = c.channel
                            AND d.status = 'queued' AND d.due_at <= now())
            """
        )
        return {(lane, channel) for lane, channel in cursor.fetchall()}
