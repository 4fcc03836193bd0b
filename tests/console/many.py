"""A school as large as they come: 1,200 children, and a year's 300 messages of every kind."""

from datetime import timedelta

from django.utils import timezone

from otayori.core import clock
from otayori.core.ids import new_id
from otayori.delivery.models import Batch
from otayori.messaging.audience import Audience, Target
from otayori.messaging.models import Message, Recipient
from otayori.roster.models import Enrolment, Student
from tests.cast import Cast, classroom

CHILDREN, MESSAGES = 1200, 300


def fill(cast: Cast) -> None:
    """Bring in children and messages by few statements; the messages are read by everybody of the cast."""
    rooms = [classroom(cast.sakura, cast.year, f"P{grade}", name) for grade in (1, 2, 4, 5) for name in "123"]
    children = [Student(school=cast.sakura, name=f"児童 {n}", kana="ジドウ") for n in range(CHILDREN)]
    for n, child in enumerate(children):
        child.set_code(f"9{n:05}")
    Student.objects.bulk_create(children)
    Enrolment.objects.bulk_create(
        Enrolment(student=child, classroom=rooms[n % len(rooms)], year_id=cast.year, number=n // len(rooms))
        for n, child in enumerate(children)
    )
    picks = [
        Target(kind="school", id=cast.sakura.id),
        Target(kind="classroom", id=rooms[0].id),
        Target(kind="group", id=cast.soccer.id),
        Target(kind="grade", id=cast.sakura.id, grade="P3"),
    ]
    now = timezone.now()
    batches = [
        Batch(subject_id=new_id(), lane="normal", released_at=now, closed_at=now) for _ in range(MESSAGES)
    ]
    Batch.objects.bulk_create(batches)
    sent = [
        released_before(cast, batch, picks[n % len(picks)], now - timedelta(minutes=n))
        for n, batch in enumerate(batches)
    ]
    Message.objects.bulk_create(sent)
    sent[0].reached.through.objects.bulk_create(
        sent[0].reached.through(message_id=one.id, school_id=cast.sakura.id) for one in sent
    )
    Recipient.objects.bulk_create(
        Recipient(message=one, guardian=guardian, released_at=one.released_at, read_at=now)
        for one in sent
        for guardian in (cast.kim, cast.yamada)
    )


def released_before(cast: Cast, batch: Batch, pick: Target, at) -> Message:  # type: ignore[no-untyped-def]
    """A message of the manager's, or (every tenth) of the board's, that went out at that time."""
    from_board = batch.id.int % 10 == 0
    return Message(
        school=None if from_board else cast.sakura,
        author=cast.tanaka if from_board else cast.suzuki,
        title="学校だより",
        text="今月の予定です。",
        audience=Audience(include=(pick,)).model_dump(mode="json", exclude_none=True),
        state=Message.State.RELEASED,
        batch=batch,
        released_at=at,
    )


def in_year(message: Message, year: int) -> None:
    """Say that a released message went out in October of that year."""
    at = clock.now().astimezone(clock.TOKYO).replace(year=year, month=10, day=9)
    Message.objects.filter(id=message.id).update(released_at=at, created_at=at, changed_at=at)
