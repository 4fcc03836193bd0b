"""A large school with messages in every state: what the walk over the console's pages looks at."""

from dataclasses import dataclass
from uuid import UUID

from bench.big_school import grow, write
from django.db import connection
from django.utils import timezone

from otayori.delivery.models import Delivery
from otayori.messaging import approve, confirm, recall, send
from otayori.messaging.audience import Audience, Target
from otayori.messaging.models import Message, MessageTemplate, SavedAudience, SendingRules
from tests.cast import Cast, staff
from tests.console.message_stories import access, draft, released, scheduled, whole
from tests.delivery.ledger import write_rows
from tests.family import paper
from tests.shape.things import of_the_school

MESSAGES = 40
NAMES = "佐藤 陽葵さんと鈴木 陽葵さんは、職員室へ。"  # what the guard finds


@dataclass(frozen=True)
class LargeSchool:
    """Its messages by what they are, and one of everything else by the name that addresses use."""

    messages: dict[str, Message]
    things: dict[str, UUID | int]


def build(cast: Cast) -> LargeSchool:
    """Bring in 1,200 children, 40 messages of a normal week, and one in every state."""
    rooms = grow(cast.sakura, cast.year)
    write(cast.suzuki, cast.sakura, rooms, MESSAGES)
    messages = _sent(cast) | _unsent(cast)
    _count()
    audience = Audience(include=(Target(kind="group", id=cast.soccer.id),))
    saved = SavedAudience.objects.create(
        school=cast.sakura,
        owner=cast.suzuki,
        is_shared=True,
        name="サッカー",
        audience=audience.model_dump(mode="json", exclude_none=True),
    )
    template = MessageTemplate.objects.create(
        school=cast.sakura,
        name="行事の変更",
        title="｛行事｝",
        text="明日は｛行事｝です。",
        urgency="emergency",
    )
    things = of_the_school(cast) | {
        "group_id": cast.soccer.id,
        "template_id": template.id,
        "saved_id": saved.id,
        "number": 1,
    }
    return LargeSchool(messages, things)


def _count() -> None:
    """Have PostgreSQL look at what is there, as it does by itself in a real school's database overnight."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _sent(cast: Cast) -> dict[str, Message]:
    own_class = Target(kind="classroom", id=cast.p3_1.id)
    sent = {
        "sent": released(cast.suzuki, cast.sakura, whole(cast.sakura)),
        "sent by a teacher": released(cast.sato, cast.sakura, own_class),
        "sent by the board": released(cast.tanaka, None, Target(kind="ward")),
        "recalled": released(cast.suzuki, cast.sakura, whole(cast.sakura)),
        "stopped": released(cast.suzuki, cast.sakura, whole(cast.sakura)),
    }
    sent["approved"] = _approved(cast)
    for message in sent.values():
        _files(message)
    write_rows()
    Delivery.objects.filter(batch=sent["sent"].batch).update(status="sent", sent_at=timezone.now())
    recall.recall(access(cast.suzuki), sent["recalled"].id, "宛先を間違えました。")
    send.stop(access(cast.suzuki), sent["stopped"])
    return sent


def _approved(cast: Cast) -> Message:
    message = draft(cast.sato, cast.sakura, whole(cast.sakura))
    approve.ask(access(cast.sato), message.id, confirm.look(message).fingerprint)
    message.refresh_from_db()
    return approve.approve(access(cast.suzuki), message.id, confirm.look(message).fingerprint)


def _unsent(cast: Cast) -> dict[str, Message]:
    rule = (Target(kind="grade", id=cast.sakura.id, grade="P3"), Target(kind="group", id=cast.soccer.id))
    third = (rule[0], Target(kind="classroom", id=cast.p3_2.id))
    waiting = {
        "asked by a teacher": draft(cast.sato, cast.sakura, *third, text=NAMES),
        "asked by the board": draft(
            staff("高橋 係長", "takahashi@board.example", None, "board_officer"),  # type: ignore[arg-type]
            None,
            Target(kind="ward"),
            text=NAMES,
        ),
    }
    for message in waiting.values():
        _files(message)
        message.refresh_from_db()
        assert message.author is not None
        for file in message.attachments.all():
            file.openings.create(user=message.author, way="viewed")
        approve.ask(access(message.author), message.id, confirm.look(message).fingerprint)
    unsent = {
        "draft": draft(cast.suzuki, cast.sakura, *rule, whole(cast.sakura), text=NAMES),
        "draft of a teacher": draft(cast.sato, cast.sakura, *rule, text=NAMES),
        "draft to single children": draft(
            cast.sato, cast.sakura, *(Target(kind="student", id=one.id) for one in (cast.aoi, cast.haru))
        ),
        "draft of the board": draft(cast.tanaka, None, Target(kind="ward"), text=NAMES),
        "scheduled": scheduled(cast.suzuki, cast.sakura, whole(cast.sakura)),
        "undo time": _confirmed(cast),
    }
    for message in unsent.values():
        _files(message)
    return waiting | unsent


def _confirmed(cast: Cast) -> Message:
    rules = SendingRules.objects.filter(school=cast.sakura)
    rules.update(undo_seconds=60)
    message = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura), release_at=None)
    rules.update(undo_seconds=0)
    return message


def _files(message: Message) -> None:
    for name in ("遠足のしおり.pdf", "持ち物.pdf"):
        paper.attach(message, name, pages=1)
