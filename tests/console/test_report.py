"""Who has read it: for the school by name, for a teacher the own classes, for the board by school."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otayori.delivery.models import Delivery
from otayori.messaging import report_schools
from otayori.messaging.audience import Target
from otayori.messaging.models import Message, Recipient
from tests.cast import Cast
from tests.console.message_stories import released, whole
from tests.delivery.ledger import write_rows

pytestmark = pytest.mark.django_db


def page(client: Client, message: Message, query: str = "") -> str:
    return client.get(reverse("console:report", args=[message.id]) + query).content.decode()


@pytest.fixture
def message(cast: Cast) -> Message:
    """The manager's to the whole school: Kim has read, Yamada's mail failed, the others' went out."""
    sent = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    write_rows()
    Delivery.objects.update(status="sent")
    Delivery.objects.filter(endpoint__guardian=cast.yamada).update(status="failed")
    Recipient.objects.filter(guardian=cast.kim).update(read_at=timezone.now())
    return sent


def test_a_manager_reads_every_class_by_name(client: Client, cast: Cast, message: Message) -> None:
    client.force_login(cast.suzuki)
    text = page(client, message)
    for words in ("キム ハル", "キム ソヨン", "既読", "山田 葵", "届いていません", "アルバレス 芽衣", "未読"):
        assert words in text
    assert "渡辺 剛" not in text  # blocked: he was told nothing


def test_filters_stand_in_the_address(client: Client, cast: Cast, message: Message) -> None:
    client.force_login(cast.suzuki)
    unread = page(client, message, "?show=unread")
    assert "キム ハル" not in unread
    assert "アルバレス 芽衣" in unread
    unreached = page(client, message, "?show=unreached")
    assert "山田 葵" in unreached
    assert "アルバレス 芽衣" not in unreached


def test_a_teacher_reads_the_own_class_of_a_message_of_the_school(
    client: Client, cast: Cast, message: Message
) -> None:
    client.force_login(cast.sato)
    text = page(client, message)
    assert "山田 葵" in text
    assert "芽衣" not in text
    assert "担当の学級だけを表示しています。" in text


def test_an_author_reads_everybody_written_to(client: Client, cast: Cast) -> None:
    cast.soccer.staff.add(cast.sato)
    message = released(cast.sato, cast.sakura, Target(kind="group", id=cast.soccer.id))
    client.force_login(cast.sato)
    assert "芽衣" in page(client, message)


def test_the_board_chooses_a_school_first(client: Client, cast: Cast) -> None:
    message = released(cast.tanaka, None, Target(kind="ward"))
    write_rows()
    Delivery.objects.update(status="sent")
    Delivery.objects.filter(endpoint__guardian=cast.kim).update(status="failed")
    Recipient.objects.filter(guardian=cast.yamada).update(read_at=timezone.now())
    totals = {line.school: line for line in report_schools.by_school(message)}
    assert (totals[cast.sakura].recipients, totals[cast.sakura].read) == (4, 1)
    assert totals[cast.sakura].unreached == totals[cast.kashiwa].unreached == 1  # Kim, in both
    client.force_login(cast.tanaka)
    text = page(client, message)
    assert "桜小学校" in text
    assert "山田 葵" not in text
    assert "伊藤 凛" in page(client, message, f"?school={cast.kashiwa.id}")


def test_a_school_that_is_none_is_not_found(client: Client, cast: Cast) -> None:
    message = released(cast.tanaka, None, Target(kind="ward"))
    client.force_login(cast.tanaka)
    assert client.get(reverse("console:report", args=[message.id]) + "?school=x").status_code == 404
