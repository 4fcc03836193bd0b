"""Settle: write what became of deliveries, in one statement for many."""

import json
import random
from collections.abc import Collection, Mapping, Sequence

from django.db import connection, transaction

from otayori.delivery import fallback
from otayori.delivery.bounces.tell import tell
from otayori.delivery.bury import bury
from otayori.delivery.claim import Try
from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.status import Status, next_status, retry_delay

# Outcomes travel as one JSON text: the driver took 4 ms to write down ten arrays of 500.
# The row of a first try is written here and not before. Where it exists already, another worker had the slice
# after our lease ran out: a final outcome still counts, for the mail has gone; "try again" does not. The
# endpoint is joined because it may have been deleted meanwhile, with all that was delivered to it.
_FIRST = """
INSERT INTO delivery_delivery AS d
    (id, batch_id, slice_id, endpoint_id, channel, status, attempt, due_at, sent_at, code)
SELECT v.id, v.batch_id, v.slice_id, e.id, v.channel, v.status, v.attempt - v.unburnt,
       now() + v.wait * interval '1 second', CASE WHEN v.status = 'sent' THEN now() END, v.code
FROM json_to_recordset(%s) AS v(id bigint, status text, code text, wait float8, attempt int, unburnt int,
                                slice_id bigint, batch_id uuid, endpoint_id uuid, channel text)
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
FROM json_to_recordset(%s) AS v(id bigint, status text, code text, wait float8, attempt int, unburnt int)
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
            cursor.execute(_FIRST, [_as_json(first, tries)])
        if again:
            cursor.execute(_AGAIN, [_as_json(again, tries)])
        if failed:
            buried = bury([(o.delivery_id, o.code) for o in failed if o.endpoint_dead])
            tell(buried.endpoints)
            fallback.hasten([*(o.delivery_id for o in failed), *buried.deliveries])
        if finished:
            cursor.execute(_FINISH, [list(finished)])


def _as_json(outcomes: Sequence[Outcome], tries: Mapping[int, Try]) -> str:
    return json.dumps([_line(outcome, tries[outcome.delivery_id]) for outcome in outcomes])


def _line(outcome: Outcome, spoken_of: Try) -> dict[str, object]:
    status, wait = next_status(outcome.verdict), 0.0
    if status is Status.QUEUED:
        wait = retry_delay(outcome, spoken_of.attempt, random.random())  # noqa: S311 - jitter
    return {
        "id": outcome.delivery_id,
        "status": status.value,
        "code": outcome.code[:60],
        "wait": wait,
        "attempt": spoken_of.attempt,
        "unburnt": int(outcome.verdict is Verdict.THROTTLED),
        "slice_id": spoken_of.slice_id,
        "batch_id": str(spoken_of.batch_id),
        "endpoint_id": str(spoken_of.endpoint_id),
        "channel": spoken_of.channel,
    }
