"""Release a batch: its content, and one delivery row for each live endpoint, in the caller's transaction."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from otayori.delivery.models import Batch, BatchContent
from otayori.delivery.parcel import Content, Urgency
from otayori.schools.models import School

LANE_SIGNAL = "otayori_lane"

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


@dataclass(frozen=True)
class Order:
    """What is to be sent: about what, by which school (None: the board), how urgent, in which words."""

    subject_id: UUID
    school: School | None
    urgency: Urgency
    texts: Sequence[Text]
    released_at: datetime
    deadline: datetime | None = None


@transaction.atomic  # a sweep that saw the batch without its rows would close it
def release(order: Order, guardian_ids: "QuerySet[Any]") -> tuple[Batch, int]:
    """Make the batch and its rows, and wake the workers when the caller's transaction commits.

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
    for text in order.texts:
        kept = {name: value for name, value in asdict(text).items() if name in _TEXTS}
        BatchContent.objects.create(batch=batch, language=text.language, text=json.dumps(kept))
    count = _expand(batch, [text.language for text in order.texts], guardian_ids)
    wake(batch.lane)
    return batch, count


def _expand(batch: Batch, languages: Sequence[str], guardian_ids: "QuerySet[Any]") -> int:
    wanted, wanted_params = guardian_ids.query.sql_with_params()
    with connection.cursor() as cursor:  # a message released to 20,000 guardians: one statement
        cursor.execute(
            f"""
            INSERT INTO delivery_delivery
                (batch_id, endpoint_id, channel, language, status, attempt, due_at, code)
            SELECT %s, e.id, e.channel,
                   CASE WHEN u.language = ANY(%s) THEN u.language ELSE %s END,
                   'queued', 0, now(), ''
            FROM delivery_endpoint e
            JOIN roster_guardian g ON g.id = e.guardian_id
            JOIN accounts_user u ON u.id = g.user_id
            WHERE e.state = 'active' AND e.guardian_id IN ({wanted})
            ON CONFLICT (batch_id, endpoint_id) DO NOTHING
            """,  # noqa: S608 - the query is Django's own, its values are parameters
            [batch.id, list(languages), languages[0], *wanted_params],
        )
        return int(cursor.rowcount)


def wake(lane: str) -> None:
    """Tell every worker, at commit, that a lane has work (a lost signal costs a poll, never a message)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [LANE_SIGNAL, lane])


def stop(batch: Batch, at: datetime) -> int:
    """Stop a batch: nothing more of it is claimed. Returns how many deliveries were still waiting.

    What workers hold at this moment (some seconds of their work) still goes out.
    """
    with transaction.atomic():
        Batch.objects.filter(id=batch.id, stopped_at=None).update(stopped_at=at)
        return batch.deliveries.filter(status="queued").update(status="cancelled", code="stopped")


def languages() -> list[str]:
    """The languages a text is rendered in, the source language first."""
    return [settings.LANGUAGE_CODE] + [c for c, _ in settings.LANGUAGES if c != settings.LANGUAGE_CODE]
