"""The confirm page says in words who will get it, and sends exactly that, once."""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.delivery.models import Batch
from otayori.delivery.parcel import Urgency
from otayori.messaging import compose
from otayori.messaging.audience import Audience, Target
from otayori.messaging.models import Message, Recipient
from tests import cast as people
from tests.cast import Cast
from tests.console.message_stories import access, draft, press_send, seen_on_confirm, whole

pytestmark = pytest.mark.django_db


def confirm_page(client: Client, message: Message) -> str:
    return client.get(reverse("console:confirm", args=[message.id])).content.decode()


def test_one_sentence_says_it(client: Client, cast: Cast) -> None:
    cast.yamada.endpoints.update(state="disabled")
    people.student(cast.p3_2, 2, "高橋 蓮", "タカハシ レン", "0099")
    client.force_login(cast.suzuki)
    page = confirm_page(client, draft(cast.suzuki, cast.sakura, whole(cast.sakura)))
    assert "桜小学校の保護者 4人（児童 5人）に送信します。" in page
    assert "届かない方 1人、未登録の児童 1人" in page
    assert "4人に送信する" in page
    for name in ("山田 葵", "山田 恵子", "高橋 蓮", "3年1組 3人", "3年2組 2人", "お弁当をお持ちください。"):
        assert name in page
    assert "banner-emergency" not in page


def test_classes_and_single_children_are_named_as_such(client: Client, cast: Cast) -> None:
    client.force_login(cast.sato)
    class_1 = Target(kind="classroom", id=cast.p3_1.id)
    assert "桜小学校 3年1組の保護者 3人（児童 3人）" in confirm_page(
        client, draft(cast.sato, cast.sakura, class_1)
    )
    page = confirm_page(client, draft(cast.sato, cast.sakura, Target(kind="student", id=cast.aoi.id)))
    assert "桜小学校 個別に選んだ児童の保護者 1人（児童 1人）" in page
    assert "メールには題名と本文を載せません" in page


def test_the_board_reads_schools_by_kind(client: Client, cast: Cast) -> None:
    client.force_login(cast.tanaka)
    message = draft(cast.tanaka, None, Target(kind="ward"), urgency=Urgency.EMERGENCY)
    page = confirm_page(client, message)
    assert "みどり区内 2校・園の保護者 4人（児童・生徒 6人）に送信します。" in page
    assert "小学校 1校" in page
    assert "banner-emergency" in page
    assert "伊藤 凛" not in page  # names are the schools' business


def test_pressing_twice_sends_once(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    seen = seen_on_confirm(client, message)
    progress = reverse("console:message", args=[message.id])
    assert press_send(client, message, seen) == progress
    assert press_send(client, message, seen) == progress
    assert client.get(reverse("console:confirm", args=[message.id])).headers["Location"] == progress
    assert Batch.objects.count() == 1
    assert Recipient.objects.filter(message=message).count() == 4


def test_a_draft_changed_in_another_window_is_shown_again(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    seen = seen_on_confirm(client, message)
    wider = compose.Words(
        title="明日の遠足", text="変わった", audience=Audience(include=(whole(cast.sakura),))
    )
    compose.save_draft(access(cast.suzuki), message, wider)
    assert press_send(client, message, seen) == reverse("console:confirm", args=[message.id])
    assert "内容か宛先が変わりました" in confirm_page(client, message)
    assert not Batch.objects.exists()
    press_send(client, message, seen_on_confirm(client, message))
    assert Batch.objects.count() == 1


def test_a_class_that_grew_meanwhile_is_shown_again(client: Client, cast: Cast) -> None:
    client.force_login(cast.sato)
    message = draft(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    seen = seen_on_confirm(client, message)
    child = people.student(cast.p3_1, 9, "高橋 蓮", "タカハシ レン", "0099")
    assert press_send(client, message, seen) == reverse("console:confirm", args=[message.id])
    seen = seen_on_confirm(client, message)
    people.guardian("高橋 保護者", "takahashi@mail.example", child)  # a family joining holds up nobody
    assert press_send(client, message, seen) == reverse("console:message", args=[message.id])


def test_nothing_is_sent_without_what_was_seen(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    press_send(client, message, "")
    assert client.get(reverse("console:release", args=[message.id])).status_code == 405
    assert not Batch.objects.exists()


def test_an_incomplete_draft_leads_back_to_its_form(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), title="")
    response = client.get(reverse("console:confirm", args=[message.id]), follow=True)
    assert "題名を入力してください。" in response.content.decode()


def test_a_teacher_cannot_send_what_the_manager_widened(client: Client, cast: Cast) -> None:
    message = draft(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    audience = Audience(include=(Target(kind="student", id=cast.mei.id),))  # of another class
    words = compose.Words(title="a", text="b", audience=audience)
    compose.save_draft(access(cast.suzuki), message, words)
    client.force_login(cast.sato)
    response = client.get(reverse("console:confirm", args=[message.id]), follow=True)
    assert "選べない宛先が入っています" in response.content.decode()
    assert not Batch.objects.exists()
