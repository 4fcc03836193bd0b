"""One message as staff release it, and the wait until every delivery of it is settled."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from otayori.accounts.access import Access
from otayori.accounts.models import User
from otayori.delivery.models import Batch
from otayori.delivery.parcel import Urgency
from otayori.messaging import compose, confirm
from otayori.messaging.audience import Audience, Target
from otayori.messaging.models import Message
from otayori.schools.models import Classroom, School

TITLE = "明日の引き渡し訓練について"
TEXT = "お子さまを校門までお迎えください。" * 20
LOOK_EVERY = 0.01  # seconds
WARD = (Target(kind="ward"),)

# What is due and not settled: slices without all of their rows, and rows to be tried again. Looks at few
# rows: a count would compete with what is measured.
_OPEN = """
SELECT EXISTS (
        SELECT 1 FROM delivery_slice s WHERE s.batch_id = %(id)s AND s.done_at IS NULL AND s.due_at <= now())
    OR EXISTS (SELECT 1 FROM delivery_delivery d WHERE d.batch_id = %(id)s AND d.status = 'queued')
    OR EXISTS (SELECT 1 FROM delivery_delivery d WHERE d.batch_id = %(id)s AND d.status = 'sending')
"""
_SENT = "SELECT count(*) FROM delivery_delivery WHERE batch_id = %s AND status = 'sent'"


class TooSlow(Exception):
    """Not everything was settled within the time given."""


@dataclass(frozen=True)
class Released:
    """A message on its way. Times are CLOCK_MONOTONIC seconds."""

    message: Message
    clicked: float
    committed: float
    cpu: float  # seconds the releasing process used

    @property
    def batch(self) -> Batch:
        assert self.message.batch is not None
        return self.message.batch


def schools(count: int) -> tuple[Target, ...]:
    """The first `count` schools, of 400 guardians each."""
    return tuple(Target(kind="school", id=school.id) for school in School.objects.all()[:count])


def classroom() -> tuple[Target, ...]:
    """One class, of 40 guardians."""
    return (Target(kind="classroom", id=Classroom.objects.all()[0].id),)


@dataclass(frozen=True)
class Draft:
    """A message whose confirm page is being read."""

    access: Access
    message: Message
    seen: str


def draft(officer: User, to: Sequence[Target], urgency: Urgency = Urgency.NORMAL) -> Draft:
    """Write the message and open its confirm page: all that happens before the click."""
    access = Access(officer, tuple(officer.memberships.all()))
    words = compose.Words(title=TITLE, text=TEXT, audience=Audience(include=tuple(to)), urgency=urgency)
    message = compose.start_draft(access, None, words)
    seen = confirm.look(message).fingerprint
    confirm.get_ready(message)
    return Draft(access, message, seen)


def release(ready: Draft) -> Released:
    """The click: from here the clock runs."""
    cpu, clicked = time.process_time(), time.monotonic()
    message = confirm.release(ready.access, ready.message.id, ready.seen)
    return Released(message, clicked, time.monotonic(), time.process_time() - cpu)


def settled(released: Released, count: int, *, within: float = 600.0) -> float:
    """Wait until no delivery is open; returns the seconds since the click. All `count` must be sent."""
    give_up = released.clicked + within
    while is_open(released.batch):
        if time.monotonic() > give_up:
            raise TooSlow(f"deliveries still open after {within:.0f} s")
        time.sleep(LOOK_EVERY)
    seconds = time.monotonic() - released.clicked
    if (sent := sent_of(released.batch)) != count:
        raise SystemExit(f"{sent} of {count} were sent")
    return seconds


def is_open(batch: Batch) -> bool:
    """Whether a delivery waits or is on its way."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"id": batch.id})
        return bool(cursor.fetchone()[0])


def sent_of(batch: Batch) -> int:
    """Count what was handed over."""
    with connection.cursor() as cursor:
        cursor.execute(_SENT, [batch.id])
        return int(cursor.fetchone()[0])
