"""What became of the letters of the past: delivered, bounced, read. Drawn in the order of the plan."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from otayori.delivery.models import Batch, Endpoint
from otayori.delivery.parcel import Urgency
from otayori.messaging.models import AttachmentOpening, Message, Recipient
from otayori.ops.demo.people import Made
from otayori.ops.demo.plan import SEED

_DEAD: Final = 0.025  # of the addresses
_DEAD_CODE: Final = "550 5.1.1"
_WITHOUT_MAIL: Final = 0.2  # how much more rarely who gets no mail opens the app
_MINUTES: Final = {Urgency.EMERGENCY: 40.0, Urgency.IMPORTANT: 180.0}  # mean time until it is read
Way = AttachmentOpening.Way
_KIM: Final = 0  # the place of the guardian who signs in: there is something to read
_UNREAD_BY_KIM: Final = timedelta(days=2)
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

    def write(self, message: Message, share: float, opened: float = 0.0) -> None:
        """Let the message be delivered, and read by this share; of them `opened` open its files."""
        at = message.released_at
        if at is None or message.batch_id is None:
            raise ValueError("not released")
        self.settle(message.batch_id, at)
        if not self._dead:
            self._bounce(message, at)
        self._read(message, at, share)
        if opened:
            self._open(message, opened)

    def settle(self, batch_id: UUID, at: datetime) -> None:
        """Let all of a batch have gone out on `at`."""
        with connection.cursor() as cursor:  # once a batch, when the demo ward is made
            cursor.execute(_COUNT)
            cursor.execute(_SETTLE, {"at": at, "batch": batch_id})
        closed = at + timedelta(minutes=3)
        Batch.objects.filter(id=batch_id).update(released_at=at, closed_at=closed)

    def read_anew(self, message: Message, at: datetime, share: float) -> None:
        """Let who reads after `at` have read the newest version, and of those before it this share too."""
        message.refresh_from_db()
        rows = Recipient.objects.filter(message=message, read_at__isnull=False)
        rows.update(read_version=message.version - 1)
        early = sorted(self._by_place(rows.filter(read_at__lte=at)))
        again = [row for place, row in early if self._random.random() < share and place != _KIM]
        rows.filter(Q(read_at__gt=at) | Q(id__in=again)).update(read_version=message.version)
        unopened = AttachmentOpening.objects.filter(attachment__message=message, at__gt=at)
        if message.recalled_at is not None:  # there is no file to open any more
            unopened.delete()

    def read_late(self, message: Message, at: datetime, share: float) -> None:
        """Let this share of the unread have read it soon after `at`."""
        self._read(message, at, share, minutes=25.0)

    def _bounce(self, message: Message, at: datetime) -> None:
        count = len(self._made.guardians)
        self._dead = set(self._random.sample(range(1, count), round(_DEAD * count)))  # not the first: Kim
        endpoints = [self._made.endpoints[place] for place in sorted(self._dead)]
        with connection.cursor() as cursor:  # once, when the demo ward is made
            cursor.execute(_BOUNCE, [_DEAD_CODE, message.batch_id, endpoints])
        Endpoint.objects.filter(id__in=endpoints).update(
            state=Endpoint.State.DISABLED, code=_DEAD_CODE, disabled_at=at + timedelta(minutes=2)
        )

    def _by_place(self, rows: QuerySet[Recipient]) -> Iterator[tuple[int, int]]:
        for guardian, row in rows.values_list("guardian_id", "id"):
            yield self._place[guardian], row

    def _open(self, message: Message, share: float) -> None:
        """Let readers have opened the files: most on the screen, some keep them."""
        files = list(message.attachments.defer("text"))
        rows = Recipient.objects.filter(message=message, read_at__isnull=False).select_related("guardian")
        found, times = [], []
        for row in sorted(rows, key=lambda row: self._place[row.guardian_id]):
            for file in files:
                after = timedelta(minutes=self._random.uniform(0.2, 4))
                for way, likely in ((Way.VIEWED, share), (Way.DOWNLOADED, share / 3)):
                    if row.read_at and self._random.random() < likely:
                        found.append(
                            AttachmentOpening(attachment=file, user_id=row.guardian.user_id, way=way)
                        )
                        times.append(min(row.read_at + after, self._now))
        for opening, at in zip(AttachmentOpening.objects.bulk_create(found), times, strict=True):
            opening.at = at  # creating them has written the present
        AttachmentOpening.objects.bulk_update(found, ["at"], batch_size=500)

    def _read(self, message: Message, at: datetime, share: float, minutes: float | None = None) -> None:
        minutes = minutes or _MINUTES.get(Urgency(message.urgency), 300.0)
        rows = Recipient.objects.filter(message=message, read_at__isnull=True)
        ids, times = [], []
        for place, row in sorted(self._by_place(rows)):
            if place == _KIM and share < 1 and at > self._now - _UNREAD_BY_KIM:
                continue
            likely = share * (_WITHOUT_MAIL if place in self._dead else 1)
            if self._random.random() < likely:
                after = timedelta(minutes=0.5 + self._random.expovariate(1 / minutes))
                ids.append(row)
                times.append(min(at + after, self._now - _JUST_NOW))
        with connection.cursor() as cursor:  # once a letter, when the demo ward is made
            cursor.execute(_READ, [ids, times])
