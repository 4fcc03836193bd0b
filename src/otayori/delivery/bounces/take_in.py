"""Take in: write down what came back for a delivery, and draw the consequences. Twice is once."""

import logging
from enum import StrEnum

from django.db import connection, transaction

from otayori.core import clock
from otayori.delivery import fallback
from otayori.delivery.bounces.dead import is_dead
from otayori.delivery.bounces.report import Kind, Report, read
from otayori.delivery.bounces.tell import tell
from otayori.delivery.bounces.verp import Verp
from otayori.delivery.bury import bury
from otayori.delivery.status import Status, before

log = logging.getLogger(__name__)

# Nothing is inserted for a delivery that is purged meanwhile, nor twice.
_WRITE_DOWN = """
INSERT INTO delivery_bounce (delivery_id, kind, code, received_at)
SELECT d.id, %s, %s, %s FROM delivery_delivery d WHERE d.id = %s AND d.channel = 'email'
ON CONFLICT (delivery_id, kind) DO NOTHING
"""

_UNDER_WAY = """
SELECT FROM delivery_slice s WHERE s.done_at IS NULL AND s.delivery_ids @> ARRAY[%s::bigint]
  AND NOT EXISTS (SELECT FROM delivery_delivery d WHERE d.id = %s)
"""

# A bounce may overtake the worker that writes "sent": it proves that the relay had taken the mail.
_MOVE = """
UPDATE delivery_delivery
SET status = %s, code = %s, leased_until = NULL, sent_at = coalesce(sent_at, now())
WHERE id = %s AND status = ANY(%s)
"""

_MOVES = {Kind.FAILED: Status.FAILED, Kind.DELIVERED: Status.DELIVERED}


class Taken(StrEnum):
    """What became of a mail."""

    WRITTEN = "written down"
    KNOWN = "known already"  # or of a delivery that is no longer kept
    EARLY = "too early"  # the worker that sent the mail has not written so yet: ask again
    UNCLEAR = "written down, but nobody knows what it means"
    NOT_OURS = "without a signed address of ours"


def take_in(data: bytes, verp: Verp, *, recipient: str = "") -> Taken:
    """Write one mail down. `recipient` is the address it came to, where the relay tells it.

    Raises only when the database is away; then nothing is written and the mail has to be kept.
    """
    report = read(data)
    delivery_id = verp.read_any([recipient, *report.addressed_to])
    if delivery_id is None:
        return Taken.NOT_OURS
    with transaction.atomic():
        if not _write_down(delivery_id, report):
            return Taken.EARLY if _is_under_way(delivery_id) else Taken.KNOWN
        failed = _draw_consequences(delivery_id, report)
        fallback.hasten(failed)
    log.info("delivery %d: %s; %d failed by it", delivery_id, report.code, len(failed))
    return Taken.UNCLEAR if report.kind is Kind.UNKNOWN else Taken.WRITTEN


def _write_down(delivery_id: int, report: Report) -> bool:
    with connection.cursor() as cursor:  # every mail that comes back
        cursor.execute(_WRITE_DOWN, [report.kind.value, report.code, clock.now(), delivery_id])
        return bool(cursor.rowcount)


def _is_under_way(delivery_id: int) -> bool:
    with connection.cursor() as cursor:  # a bounce without a delivery
        cursor.execute(_UNDER_WAY, [delivery_id, delivery_id])
        return cursor.fetchone() is not None


def _draw_consequences(delivery_id: int, report: Report) -> list[int]:
    """Move the delivery and, where its address is dead, bury that. Returns the deliveries that failed."""
    status = _MOVES.get(report.kind)
    moved = status is not None and _move(delivery_id, status, report)
    if report.kind is not Kind.FAILED:
        return []
    failed = [delivery_id] if moved else []
    if is_dead(delivery_id, gone=report.gone):
        buried = bury([(delivery_id, report.code)])
        tell(buried.endpoints)
        failed += buried.deliveries
    return failed


def _move(delivery_id: int, status: Status, report: Report) -> bool:
    with connection.cursor() as cursor:  # every mail that comes back
        cursor.execute(_MOVE, [status.value, report.code, delivery_id, [old.value for old in before(status)]])
        return bool(cursor.rowcount)
