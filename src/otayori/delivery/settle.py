"""Settle: write what became of deliveries, in one statement for many."""

import random
from collections.abc import Collection, Mapping, Sequence

from django.db import connection, transaction

from otayori.delivery import fallback
from otayori.delivery.bounces.tell import tell
from otayori.delivery.bury import bury
from otayori.delivery.claim import Try
from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.status import Status, next_status, retry_delay

# The row of a first try is written here and not before. Where it exists already, another worker had the slice
# after our lease ran out: a final outcome still counts, for the mail has gone; "try again" does not. The
# endpoint is joined because it may have been deleted meanwhile, with all that was delivered to it.
_FIRST = """
INSERT INTO delivery_delivery AS d
    (id, batch_id, slice_id, endpoint_id, channel, status, attempt, due_at, sent_at, code)
SELECT v.id, v.batch_id, v.slice_id, e.id, v.channel, v.status, v.attempt - v.unburnt,
       now() + v.wait * interval '1 second', CASE WHEN v.status = 'sent' THEN now() END, v.code
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::float8[], %s::int[], %s::int[],
            %s::bigint[], %s::uuid[], %s::uuid[], %s::text[])
     AS v(id, status, code, wait, attempt, unburnt, slice_id, batch_id, endpoint_id, channel)
JOIN delivery_endpoint e ON e.id = v.endpoint_id
ON CONFLICT (id) DO UPDATE
SET status = excluded.status, code = excluded.code, sent_at = excluded.sent_at, leased_until = NULL
WHERE d.status IN ('queued', 'sending') AND excluded.status <> 'queued'
   OR d.status = 'cancelled' AND excluded.status = 'sent'
"""

# A final outcome counts even when the lease has run out meanwhile and the row waits or is tried again: the
# mail has gone. A "try again" counts only for the try it speaks of. See status.MOVES.
_AGAIN = """
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
       OR d.status = 'queued' AND v.status <> 'queued'
       OR d.status = 'cancelled' AND v.status = 'sent')
"""

_FINISH = """
UPDATE delivery_slice SET done_at = now(), leased_until = NULL WHERE id = ANY(%s) AND done_at IS NULL
"""


def settle(outcomes: Sequence[Outcome], tries: Mapping[int, Try], finished: Collection[int] = ()) -> None:
    """Write the outcomes, all or none. `tries` tells of which try each speaks, as `claim` returned it.

    `finished` are slices all of whose deliveries are settled with these.
    """
    # by id: chunks of two workers that share rows lock them in the same order
    ordered = sorted(outcomes, key=lambda outcome: outcome.delivery_id)
    first = [outcome for outcome in ordered if tries[outcome.delivery_id].slice_id is not None]
    again = [outcome for outcome in ordered if tries[outcome.delivery_id].slice_id is None]
    failed = [outcome for outcome in ordered if outcome.verdict is Verdict.PERMANENT]
    with transaction.atomic(), connection.cursor() as cursor:
        if first:
            cursor.execute(_FIRST, [*_columns(first, tries), *_places(first, tries)])
        if again:
            cursor.execute(_AGAIN, _columns(again, tries))
        if failed:
            buried = bury([(o.delivery_id, o.code) for o in failed if o.endpoint_dead])
            tell(buried.endpoints)
            fallback.hasten([*(o.delivery_id for o in failed), *buried.deliveries])
        if finished:
            cursor.execute(_FINISH, [list(finished)])


def _columns(outcomes: Sequence[Outcome], tries: Mapping[int, Try]) -> list[list[object]]:
    statuses = [next_status(outcome.verdict) for outcome in outcomes]
    attempts = [tries[outcome.delivery_id].attempt for outcome in outcomes]
    return [
        [outcome.delivery_id for outcome in outcomes],
        [status.value for status in statuses],
        [outcome.code[:60] for outcome in outcomes],
        [
            retry_delay(outcome, attempt, random.random())  # noqa: S311 - jitter
            if status is Status.QUEUED
            else 0.0
            for outcome, status, attempt in zip(outcomes, statuses, attempts, strict=True)
        ],
        list(attempts),
        [int(outcome.verdict is Verdict.THROTTLED) for outcome in outcomes],
    ]


def _places(outcomes: Sequence[Outcome], tries: Mapping[int, Try]) -> list[list[object]]:
    spoken_of = [tries[outcome.delivery_id] for outcome in outcomes]
    return [
        [one.slice_id for one in spoken_of],
        [one.batch_id for one in spoken_of],
        [one.endpoint_id for one in spoken_of],
        [one.channel for one in spoken_of],
    ]
