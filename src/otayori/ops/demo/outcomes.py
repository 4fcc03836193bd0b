"""What became of the letters of the past: delivered, bounced, read. Drawn in the order of the plan."""

from datetime import datetime, timedelta
from random import Random
from typing import Final

from django.db import connection

from otayori.delivery.models import Batch, Endpoint
from otayori.delivery.parcel import Urgency
from otayori.messaging.models import Message, Recipient
from otayori.ops.demo.people import Made
from otayori.ops.demo.plan import SEED

_DEAD: Final = 0.025  # of the addresses
_DEAD_CODE: Final = "550 5.1.1"
_WITHOUT_MAIL: Final = 0.2  # how much more rarely who gets no mail opens the app
_MINUTES: Final = {Urgency.EMERGENCY: 40.0, Urgency.IMPORTANT: 180.0}  # mean time until it is read
_JUST_NOW: Final = timedelta(minutes=2)

# After an interrupted filling the planner thinks these tables empty, for it can't see what is not committed:
# reading and bouncing became joins of 20,000 rows with 20,000 rows.
_COUNT = "ANALYZE delivery_slice, messaging_recipient"
_SETTLE = """
WITH done AS (
    UPDATE delivery_slice SET done_at = %(at)s, due_at = %(at)s, attempt = 1
    WHERE batch_id = %(batch)s RETURNING *
)
INSERT INTO delivery_delivery
    (id, batch_id, slice_id, endpoint_id, channel, status, attempt, due_at, sent_at, code)
SELECT x.id, done.batch_id, done.id, x.endpoint_id, done.channel, 'sent', 1, %(at)s,
       %(at)s + interval '4 milliseconds' * (x.id - min(x.id) OVER ()), ''
FROM done CROSS JOIN LATERAL unnest(done.delivery_ids, done.endpoint_ids) AS x(id, endpoint_id)
"""
_BOUNCE = """
UPDATE delivery_delivery SET status = 'failed', sent_at = NULL, code = %s
WHERE batch_id = %s AND endpoint_id = ANY(%s)
"""
_READ = """
UPDATE messaging_recipient r SET read_at = v.at
FROM unnest(%s::bigint[], %s::timestamptz[]) AS v(id, at) WHERE r.id = v.id
"""


class Outcomes:
    """Settles letters one after the other; the first finds the addresses that are dead."""

    def __init__(self, made: Made, now: datetime) -> None:
        self._random = Random(SEED + 5)  # noqa: S311 - readers who don't exist
        self._made = made
        self._now = now
        self._place = {guardian: place for place, guardian in enumerate(made.guardians)}
        self._dead: set[int] = set()  # places of guardians

    def write(self, message: Message, share: float) -> None:
        """Let the message be delivered, and read by this share of its recipients."""
        at = message.released_at
        if at is None or message.batch_id is None:
            raise ValueError("not released")
        with connection.cursor() as cursor:  # once a letter, when the demo ward is made
            cursor.execute(_COUNT)
            cursor.execute(_SETTLE, {"at": at, "batch": message.batch_id})
        closed = at + timedelta(minutes=3)
        Batch.objects.filter(id=message.batch_id).update(released_at=at, closed_at=closed)
        if not self._dead:
            self._bounce(message, at)
        self._read(message, at, share)

    def _bounce(self, message: Message, at: datetime) -> None:
        count = len(self._made.guardians)
        self._dead = set(self._random.sample(range(1, count), round(_DEAD * count)))  # not the first: Kim
        endpoints = [self._made.endpoints[place] for place in sorted(self._dead)]
        with connection.cursor() as cursor:  # once, when the demo ward is made
            cursor.execute(_BOUNCE, [_DEAD_CODE, message.batch_id, endpoints])
        Endpoint.objects.filter(id__in=endpoints).update(
            state=Endpoint.State.DISABLED, code=_DEAD_CODE, disabled_at=at + timedelta(minutes=2)
        )

    def _read(self, message: Message, at: datetime, share: float) -> None:
        minutes = _MINUTES.get(Urgency(message.urgency), 300.0)
        rows = Recipient.objects.filter(message=message).values_list("guardian_id", "id")
        ids, times = [], []
        for place, row in sorted((self._place[guardian], row) for guardian, row in rows):
            likely = share * (_WITHOUT_MAIL if place in self._dead else 1)
            if self._random.random() < likely:
                after = timedelta(minutes=0.5 + self._random.expovariate(1 / minutes))
                ids.append(row)
                times.append(min(at + after, self._now - _JUST_NOW))
        with connection.cursor() as cursor:  # once a letter, when the demo ward is made
            cursor.execute(_READ, [ids, times])
