"""The progress page: true numbers from the rows, names of whom it failed, and the stop button."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otayori.console import sentences
from otayori.console.context import channel_trouble, forget_trouble
from otayori.console.reasons import reason_of
from otayori.delivery import health
from otayori.delivery.models import ChannelName, Delivery, Endpoint, Slice
from otayori.messaging.audience import Target
from tests.cast import Cast
from tests.console.message_stories import draft, released, whole
from tests.delivery.ledger import write_rows

pytestmark = pytest.mark.django_db


def test_bars_tell_what_the_rows_tell_and_stop_asking_when_done(client: Client, cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    client.force_login(cast.suzuki)
    address = reverse("console:message", args=[message.id])
    page = client.get(address)
    assert page.context["bars"] == [
        {
            "label": "メール",
            "done": 0,
            "failed": 0,
            "waiting": 4,
            "stopped": 0,
            "left": "送信を待っています",
            "notes": [],
        }
    ]
    assert "every 2s" in page.content.decode()
    assert '<meta http-equiv="refresh"' in page.content.decode()
    write_rows()
    Delivery.objects.update(status="sent", sent_at=timezone.now())
    part = client.get(reverse("console:progress_part", args=[message.id]), headers={"HX-Request": "true"})
    assert "every 2s" not in part.content.decode()
    assert "送信が終わりました" in part.content.decode()
    assert "送信を止める" not in part.content.decode()
    assert "100" in client.get(address).content.decode()


def test_failures_are_named_with_the_reason_and_what_to_do(client: Client, cast: Cast) -> None:
    phone = Endpoint(guardian=cast.kim, channel=ChannelName.WEBPUSH, address="{}", host="push.example")
    phone.address_key = b"k" * 16
    phone.save(force_insert=True)
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    write_rows()
    Delivery.objects.filter(endpoint__guardian=cast.yamada).update(status="failed", code="550 5.1.1")
    Delivery.objects.filter(endpoint=phone).update(status="failed", code="http 410")
    client.force_login(cast.suzuki)
    page = client.get(reverse("console:message", args=[message.id])).content.decode()
    for words in ("山田 葵 さん", "3年1組 2番", "山田 恵子 さん", "メールアドレスが使われていません。"):
        assert words in page
    assert "どの通知先にも届かない方" in page
    assert "スマートフォンの通知が解除されています" in page
    assert "ほかの通知先で届く方" in page
    assert "柏" not in page  # Kim's other child is another school's business


def test_a_teacher_reads_failures_of_own_classes_alone(client: Client, cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    write_rows()
    Delivery.objects.update(status="failed", code="550 5.1.1")
    client.force_login(cast.sato)
    page = client.get(reverse("console:message", args=[message.id])).content.decode()
    assert "山田 葵" in page
    assert "芽衣" not in page


def test_stopping_asks_says_how_many_and_stays_so(client: Client, cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    client.force_login(cast.suzuki)
    address = reverse("console:stop", args=[message.id])
    assert "まだ送っていない4件" in client.get(address).content.decode()
    page = client.post(address, follow=True).content.decode()
    assert "待っていた4件は送りません" in page
    assert "停止しました" in page
    assert 'aria-valuenow="0"' in page  # nothing went out: a stopped bar is not a full one
    assert "止めるものはありませんでした" in client.post(address, follow=True).content.decode()


def test_what_has_all_gone_out_is_not_called_stopped(client: Client, cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    write_rows()
    Delivery.objects.update(status="sent", sent_at=timezone.now())
    client.force_login(cast.suzuki)
    page = client.post(reverse("console:stop", args=[message.id]), follow=True).content.decode()
    assert "止めるものはありませんでした" in page
    assert "停止しました" not in page


def test_only_who_decides_may_stop(client: Client, cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    client.force_login(cast.sato)
    assert "送信を止める" not in client.get(reverse("console:message", args=[message.id])).content.decode()
    assert client.post(reverse("console:stop", args=[message.id])).status_code == 404
    assert sum(piece.size for piece in Slice.objects.filter(done_at=None)) == 4


def test_a_draft_has_no_progress(client: Client, cast: Cast) -> None:
    message = draft(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    client.force_login(cast.sato)
    page = client.get(reverse("console:message", args=[message.id]))
    assert page.headers["Location"] == reverse("console:draft", args=[message.id])
    for name in ("progress_part", "report", "stop"):
        assert client.get(reverse(f"console:{name}", args=[message.id])).status_code == 404


def test_statements_do_not_grow_with_the_message(
    client: Client, cast: Cast, django_assert_max_num_queries: object
) -> None:
    message = released(cast.tanaka, None, Target(kind="ward"))
    write_rows()
    Delivery.objects.update(status="failed", code="550 5.1.1")
    client.force_login(cast.tanaka)
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        client.get(reverse("console:progress_part", args=[message.id]))


def test_trouble_of_the_channels_stands_on_every_page(client: Client, cast: Cast) -> None:
    forget_trouble()
    assert "送信の処理が止まっています" in channel_trouble()[0]
    health.note("email", False, "connect")
    assert len(channel_trouble()) == 1  # asked once in five seconds
    forget_trouble()
    client.force_login(cast.sato)
    for address in ("/console/", "/console/messages/"):
        assert (
            "メールサーバーにつながりません。つながりしだい自動で送信します。"
            in client.get(address).content.decode()
        )
    forget_trouble()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "送信を待っています"),
        (4, "まもなく終わります"),
        (11, "あと約20秒"),
        (60, "あと約1分"),
        (61, "あと約2分"),
        (9000, "あと1時間以上"),
    ],
)
def test_the_time_left_is_told_as_people_say_it(seconds: int | None, words: str) -> None:
    assert sentences.time_left(seconds) == words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("550 5.1.1", "使われていません"),
        ("550", "使われていません"),
        ("552 5.2.2", "いっぱい"),
        ("550 5.7.1", "断られました"),
        ("http 410", "通知が解除"),
        ("key changed", "通知が解除"),
        ("http 403", "プッシュ通知のサービス"),
        ("connect", "つながりませんでした"),
        ("451 4.3.0", "つながりませんでした"),
        ("address", "宛先を使えません"),
        ("", "受け取られませんでした"),
    ],
)
def test_every_code_has_a_reason_in_words(code: str, words: str) -> None:
    assert words in str(reason_of(code).what)
