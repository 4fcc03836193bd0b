"""Settle: write what became of deliveries, in one statement for many."""

import json
import random
from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from otayori.delivery import fallback
from otayori.delivery.bounces.tell import tell
from otayori.delivery.bury import bury
from otayori.delivery.claim import Try
from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.status import Status, next_status, retry_delay

NONE: Mapping[int, int] = {}

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

# "Try again" after a first try counts only while the slice is ours. Another worker that has it by now tries
# these too, and a row that waits would let a third do so at the same time. The lock makes the next claim pass
# the slice over until the rows are written.
_OURS = """
SELECT s.id, s.attempt
FROM delivery_slice s
JOIN unnest(%s::bigint[], %s::int[]) AS v(id, number) ON s.id = v.id AND s.attempt = v.number
FOR KEY SHARE OF s
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
FROM json_to_recordset(%s)
     AS v(id bigint, status text, code text, wait float8, unburnt int, number int)
WHERE d.id = v.id
  AND (d.status = 'sending' AND (v.status <> 'queued' OR d.claimed = v.number)
       OR d.status = 'queued' AND v.status <> 'queued'
       OR d.status = 'cancelled' AND v.status = 'sent')
"""

# By whom it is leased now: what others left out ("try again" came too late) must not be lost.
_FINISH = """
UPDATE delivery_slice s SET done_at = now(), leased_until = NULL
FROM unnest(%s::bigint[], %s::int[]) AS v(id, number)
WHERE s.id = v.id AND s.attempt = v.number AND s.done_at IS NULL
"""


def settle(outcomes: Sequence[Outcome], tries: Mapping[int, Try], finished: Mapping[int, int] = NONE) -> None:
    """Write the outcomes, all or none. `tries` tells of which try each speaks, as `claim` returned it.

    `finished` are slices (id -> number, as in `Claim.slices`) all of whose deliveries are settled with these.
    """
    # by id: chunks of two workers that share rows lock them in the same order
    ordered = sorted(outcomes, key=lambda outcome: outcome.delivery_id)
    first = [outcome for outcome in ordered if tries[outcome.delivery_id].slice_id is not None]
    again = [outcome for outcome in ordered if tries[outcome.delivery_id].slice_id is None]
    failed = [outcome for outcome in ordered if outcome.verdict is Verdict.PERMANENT]
    with transaction.atomic(), connection.cursor() as cursor:
        first = _that_count(first, tries)
        if first:
            cursor.execute(_FIRST, [_as_json(first, tries)])
        if again:
            cursor.execute(_AGAIN, [_as_json(again, tries)])
        if failed:
            buried = bury([(o.delivery_id, o.code) for o in failed if o.endpoint_dead])
            tell(buried.endpoints)
            fallback.hasten([*(o.delivery_id for o in failed), *buried.deliveries])
        if finished:
            cursor.execute(_FINISH, [list(finished), list(finished.values())])


def _that_count(first: list[Outcome], tries: Mapping[int, Try]) -> list[Outcome]:
    """Leave out "try again" of slices that another worker has by now."""

    def slice_of(outcome: Outcome) -> tuple[int | None, int]:
        return tries[outcome.delivery_id].slice_id, tries[outcome.delivery_id].number

    again = {slice_of(outcome) for outcome in first if next_status(outcome.verdict) is Status.QUEUED}
    if not again:
        return first
    with connection.cursor() as cursor:
        cursor.execute(_OURS, [[id_ for id_, _ in again], [number for _, number in again]])
        lost = again - set(cursor.fetchall())
    return [
        outcome
        for outcome in first
        if next_status(outcome.verdict) is not Status.QUEUED or slice_of(outcome) not in lost
    ]


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
        "number": spoken_of.number,
        "unburnt": int(outcome.verdict is Verdict.THROTTLED),
        "slice_id": spoken_of.slice_id,
        "batch_id": str(spoken_of.batch_id),
        "endpoint_id": str(spoken_of.endpoint_id),
        "channel": spoken_of.channel,
    }
