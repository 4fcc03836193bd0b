"""Settle: write what became of a chunk of deliveries, in one statement."""

import random
from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.status import Status, next_status, retry_delay

# A final outcome counts even when the lease has run out meanwhile and the row waits or is tried again: the
# mail has gone. A "try again" counts only for the try it speaks of. See status.MOVES.
_SETTLE = """
UPDATE delivery_delivery d
SET status = v.status,
    code = v.code,
    attempt = d.attempt - v.unburnt,
    due_at = CASE WHEN v.status = 'queued' THEN now() + v.wait * interval '1 second' ELSE d.due_at END,
    sent_at = CASE WHEN v.status = 'sent' THEN now() ELSE d.sent_at END,
    leased_until = NULL
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::float8[], %s::int[], %s::int[])
     AS v(id, status, code, wait, attempt, unburnt)
WHERE d.id = v.id
  AND (d.status = 'sending' AND (v.status <> 'queued' OR d.attempt = v.attempt)
       OR d.status = 'queued' AND v.status <> 'queued')
"""

# An address that is gone gets nothing more, also not what other batches still hold for it.
_BURY = """
WITH gone AS (
    UPDATE delivery_endpoint e SET state = 'disabled', disabled_at = now(), code = v.code
    FROM unnest(%s::bigint[], %s::text[]) AS v(id, code), delivery_delivery d
    WHERE d.id = v.id AND e.id = d.endpoint_id AND e.state = 'active'
    RETURNING e.id, e.code
)
UPDATE delivery_delivery d SET status = 'failed', code = gone.code
FROM gone WHERE d.endpoint_id = gone.id AND d.status = 'queued'
"""


def settle(outcomes: Sequence[Outcome], attempts: Mapping[int, int]) -> None:
    """Write the outcomes. `attempts` gives the try each speaks of, as `claim` returned it."""
    if not outcomes:
        return
    # by id: chunks of two workers that share rows lock them in the same order
    ordered = sorted(outcomes, key=lambda outcome: outcome.delivery_id)
    dead = [outcome for outcome in ordered if outcome.endpoint_dead]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SETTLE, _columns(ordered, attempts))
        if dead:
            cursor.execute(_BURY, [[o.delivery_id for o in dead], [o.code[:60] for o in dead]])


def _columns(outcomes: Sequence[Outcome], attempts: Mapping[int, int]) -> list[list[object]]:
    statuses = [next_status(outcome.verdict) for outcome in outcomes]
    return [
        [outcome.delivery_id for outcome in outcomes],
        [status.value for status in statuses],
        [outcome.code[:60] for outcome in outcomes],
        [
            retry_delay(outcome, attempts[outcome.delivery_id], random.random())  # noqa: S311 - jitter
            if status is Status.QUEUED
            else 0.0
            for outcome, status in zip(outcomes, statuses, strict=True)
        ],
        [attempts[outcome.delivery_id] for outcome in outcomes],
        [int(outcome.verdict is Verdict.THROTTLED) for outcome in outcomes],
    ]
