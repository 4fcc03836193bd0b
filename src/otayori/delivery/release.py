"""Release a batch: its content, and its slices of live endpoints, in the caller's transaction."""

import json
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from otayori.core.connections import apart
from otayori.delivery import fallback, hold, preferences, write_off
from otayori.delivery.models import Batch, BatchContent, ChannelName
from otayori.delivery.parcel import Content, Kind, Urgency
from otayori.schools.models import School

LANE_SIGNAL = "otayori_lane"  # payload: a lane that has work
SOON_SIGNAL = "otayori_soon"  # payload: a lane that will have work any moment
SLICE = 500  # endpoints taken at once

_FROM_BATCH = {"batch_id", "language", "urgency", "sent_at", "deadline"}
_TEXTS = [field.name for field in fields(Content) if field.name not in _FROM_BATCH]


@dataclass(frozen=True)
class Text:
    """What a batch says in one language; the fields of `parcel.Content` that the batch row does not hold."""

    language: str
    sender: str
    title: str
    text: str
    mail_title: str
    mail_text: str
    url: str
    settings_url: str
    kind: Kind = Kind.MESSAGE
    version: int = 1
    files: Sequence[dict[str, object]] = ()


@dataclass(frozen=True)
class Order:
    """What is to be sent: about what, by which school (None: the board), how urgent, in which words.

    `may_wait`: guardians' quiet hours and digests count, as far as the urgency allows it at all.
    """

    subject_id: UUID
    school: School | None
    urgency: Urgency
    texts: Sequence[Text]
    released_at: datetime
    deadline: datetime | None = None
    may_wait: bool = False


# Mail of guardians with a live device is cut into slices of its own, due later; so is what guardians want to
# hear of at an hour of their own (whole hours, so that the slices stay few). Ids of rows are drawn here, so
# that a delivery has its number (and its return address) before it has its row.
_CUT = """
INSERT INTO delivery_slice (batch_id, lane, channel, endpoint_ids, delivery_ids, size, due_at, attempt)
SELECT %(batch)s, %(lane)s, cut.channel, array_agg(cut.id),
       array_agg(nextval((SELECT pg_get_serial_sequence('delivery_delivery', 'id')))), count(*),
       cut.due_at, 0
FROM (
    SELECT live.*, (row_number() OVER (PARTITION BY live.channel, live.due_at) - 1) / %(slice)s AS number
    FROM (
        SELECT e.id, e.channel,
               CASE WHEN %(waits)s AND e.channel = 'email' AND EXISTS (
                   SELECT 1 FROM delivery_endpoint device
                   WHERE device.guardian_id = e.guardian_id AND device.state = 'active'
                     AND device.channel = 'webpush') THEN {mail} ELSE {first} END AS due_at
        FROM delivery_endpoint e {wishes}
        WHERE e.state = 'active' AND e.channel = ANY(%(channels)s) AND e.guardian_id IN ({wanted})
    ) live
) cut
GROUP BY cut.channel, cut.due_at, cut.number
ORDER BY cut.number
RETURNING size
"""
_AT_ONCE = {"wishes": "", "first": "now()", "mail": "%(mail_due)s"}
_BY_WISH = {
    "wishes": """
        LEFT JOIN delivery_preference p ON p.guardian_id = e.guardian_id
        LEFT JOIN json_to_recordset(%(held)s) AS wish(code text, first timestamptz, mail timestamptz)
               ON wish.code = concat_ws(' ', coalesce(p.quiet_from::text, '-'),
                                        coalesce(p.quiet_until::text, '-'), coalesce(p.digest_at::text, '-'))
    """,
    "first": "coalesce(wish.first, now())",
    "mail": "coalesce(wish.mail, %(mail_due)s)",
}


@transaction.atomic  # a sweep that saw the batch without its slices would close it
def release(
    order: Order, guardian_ids: "QuerySet[Any]", *, channels: Collection[str] = tuple(ChannelName)
) -> tuple[Batch, int]:
    """Make the batch and its slices, and wake the workers when the caller's transaction commits.

    `guardian_ids` is a query of guardian ids. Returns the batch and the number of deliveries. A guardian
    whose language has no text gets the first text's.
    """
    batch = Batch.objects.create(
        subject_id=order.subject_id,
        school=order.school,
        lane=order.urgency.value,
        deadline=order.deadline,
        released_at=order.released_at,
    )
    BatchContent.objects.bulk_create(_content(batch, text) for text in order.texts)
    held = ""
    if order.may_wait and order.urgency in hold.CAN_WAIT:
        held = preferences.held_by_wish(order.urgency, order.released_at, order.deadline)
    count = _cut(batch, guardian_ids, channels, held=held)
    wake(batch.lane)
    return batch, count


def _content(batch: Batch, text: Text) -> BatchContent:
    kept = {name: value for name, value in asdict(text).items() if name in _TEXTS}
    return BatchContent(batch=batch, language=text.language, text=json.dumps(kept))


def _cut(batch: Batch, guardian_ids: "QuerySet[Any]", channels: Collection[str], *, held: str) -> int:
    wanted, params = _named(guardian_ids)
    urgency = Urgency(batch.lane)
    with connection.cursor() as cursor:  # a message released to 20,000 guardians: one statement, 40 rows
        cursor.execute(
            _CUT.format(wanted=wanted, **(_BY_WISH if held else _AT_ONCE)),
            params
            | {
                "held": held,
                "batch": batch.id,
                "lane": batch.lane,
                "channels": list(channels),
                "slice": SLICE,
                "waits": bool(fallback.MAIL_AFTER[urgency]),
                "mail_due": fallback.mail_due(urgency, batch.released_at, batch.deadline),
            },
        )
        return sum(size for (size,) in cursor.fetchall())


def _named(query: "QuerySet[Any]") -> tuple[str, dict[str, Any]]:
    """Return Django's own SQL of a query with named parameters, to stand inside a statement that has some."""
    sql, values = query.query.sql_with_params()
    names = iter(named := {f"wanted_{number}": value for number, value in enumerate(values)})
    return re.sub("%%|%s", lambda found: found[0] if found[0] == "%%" else f"%({next(names)})s", sql), named


def announce(lane: str) -> None:
    """Tell every worker now, whatever becomes of the caller's transaction, that a lane will have work.

    They open connections while the sender reads the confirm page; before an emergency they let the other
    lanes rest. Nothing depends on it.
    """
    with suppress(psycopg.Error), apart() as own:
        own.execute("SELECT pg_notify(%s, %s)", [SOON_SIGNAL, lane])


def wake(lane: str) -> None:
    """Tell every worker, at commit, that a lane has work (a lost signal costs a poll, never a message)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [LANE_SIGNAL, lane])


@transaction.atomic
def stop(batch: Batch, at: datetime) -> int:
    """Stop a batch: nothing more of it is claimed. Returns how many deliveries were still waiting.

    What workers hold at this moment (some seconds of their work) still goes out.
    """
    Batch.objects.filter(id=batch.id, stopped_at=None).update(stopped_at=at)
    return write_off.stopped(batch.id)


def languages() -> list[str]:
    """The languages a text is rendered in, the source language first."""
    return [settings.LANGUAGE_CODE] + [c for c, _ in settings.LANGUAGES if c != settings.LANGUAGE_CODE]
