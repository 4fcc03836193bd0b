"""A message that guardians hear of at an hour of their own: what staff see of it and can still do."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from otayori.core import clock
from otayori.delivery.models import Delivery, Slice
from otayori.delivery.preferences import keep
from otayori.messaging import correct, recall, remind, report, send
from otayori.messaging.models import Message, Recipient
from otayori.messaging.reading import mark_read
from tests.cast import Cast
from tests.console.message_stories import access, released, whole
from tests.console.push_first import send_what_is_due
from tests.delivery.ledger import device
from tests.delivery.test_quiet_hours import digest_later
from tests.messaging.after_stories import a_while_ago, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(cast: Cast) -> Message:
    """To sakura. Kim hears of it in some hours, on her phone; the others have it."""
    device(cast.kim)
    keep(cast.kim, digest_later())
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    assert message.batch is not None
    send_what_is_due(message.batch)
    return message


def page(client: Client, name: str, message: Message) -> str:
    return client.get(reverse(f"console:{name}", args=[message.id])).content.decode()


def sent_to_kim(cast: Cast) -> list[tuple[str, str]]:
    rows = Delivery.objects.filter(endpoint__guardian=cast.kim, channel="webpush")
    return list(rows.order_by("id").values_list("status", "code"))


def hours_later(message: Message) -> None:
    Slice.objects.filter(done_at=None).update(due_at=clock.now() - timedelta(hours=1))
    for telling in (message.batch, *(one.batch for one in message.follow_ups.all())):
        assert telling is not None
        send_what_is_due(telling)


def test_staff_are_told_that_some_hear_of_it_later(client: Client, cast: Cast, message: Message) -> None:
    client.force_login(cast.suzuki)
    text = page(client, "message", message)
    assert "静かな時間・まとめ受け取りを選んだ方には" in text
    assert "いま送る分は終わりました" in text
    assert "every 2s" not in text
    assert "まだ送っていない2件" in page(client, "stop", message)
    hours_later(message)
    assert "静かな時間" not in page(client, "message", message)
    assert sent_to_kim(cast) == [("sent", "")]


def test_who_opens_the_app_first_is_not_called_later(cast: Cast, message: Message) -> None:
    mark_read(cast.kim, [message.id])
    hours_later(message)
    assert sent_to_kim(cast) == [("cancelled", "read")]


def test_a_recall_before_the_hour_takes_the_words_back(cast: Cast, message: Message) -> None:
    recall.recall(access(cast.suzuki), message.id, "宛先を間違えました。")
    hours_later(message)
    assert sent_to_kim(cast) == [("cancelled", "stopped"), ("sent", "")]  # the notice of the recall, at once


def test_the_notice_of_a_recall_does_not_wait(cast: Cast, message: Message) -> None:
    recall.recall(access(cast.suzuki), message.id, "宛先を間違えました。")
    (notice,) = message.follow_ups.all()
    send_what_is_due(notice.batch)
    assert sent_to_kim(cast)[-1] == ("sent", "")


def test_after_a_correction_only_the_new_words_go_out(cast: Cast, message: Message) -> None:
    words = correct.Correction("明日の遠足", "水筒もお持ちください。", "持ち物が足りませんでした。")
    correct.correct(access(cast.suzuki), message.id, words, seen=1)
    hours_later(message)
    assert sent_to_kim(cast) == [("cancelled", "stopped"), ("sent", "")]


def test_stopping_covers_what_is_held(cast: Cast, message: Message) -> None:
    assert send.stop(access(cast.suzuki), message) == 2
    hours_later(message)
    assert sent_to_kim(cast) == [("cancelled", "stopped")]


def test_others_are_reminded_meanwhile(client: Client, cast: Cast, message: Message) -> None:
    a_while_ago(message)
    client.force_login(cast.suzuki)
    text = page(client, "remind", message)
    assert "まだ読んでいない保護者 3人" in text
    assert "静かな時間やまとめ受け取りを選んだ 1人には" in text
    look = remind.look(message)
    follow_up = remind.remind(access(cast.suzuki), message.id, look.seen)
    assert follow_up is not None
    assert told(follow_up) == {"山田 恵子", "Maria Alvarez", "渡辺 彩"}


def test_a_reminder_comes_at_the_hour_too(cast: Cast, message: Message) -> None:
    hours_later(message)
    a_while_ago(message)
    follow_up = remind.remind(access(cast.suzuki), message.id, remind.look(message).seen)
    assert follow_up is not None
    send_what_is_due(follow_up.batch)
    assert sent_to_kim(cast) == [("sent", "")]
    hours_later(message)
    assert sent_to_kim(cast) == [("sent", ""), ("sent", "")]


def test_the_report_says_that_it_is_on_its_way(cast: Cast, message: Message) -> None:
    found = report.readings(message, list(Recipient.objects.filter(message=message)))
    assert found[cast.kim.id] == report.Reading.WAITING
