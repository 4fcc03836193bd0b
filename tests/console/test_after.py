"""The page of a message after it was sent: what can be done with it, the chart by class, its history."""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.console.context import channel_trouble
from otayori.core import clock
from otayori.delivery.models import Delivery
from otayori.messaging import correct, recall, remind
from otayori.messaging.audience import Target
from otayori.messaging.models import ApprovalStep, FollowUp, Message, Override, Recipient, SendingRules
from otayori.messaging.reading import mark_read
from tests import cast as people
from tests.cast import Cast
from tests.console.message_stories import access, released, whole
from tests.messaging.after_stories import a_while_ago, settle_all, to_the_school, went_out
from tests.messaging.test_exposure import attach

pytestmark = pytest.mark.django_db


def address(name: str, message: Message) -> str:
    return reverse(f"console:{name}", args=[message.id])


def page(client: Client, message: Message) -> str:
    return client.get(address("message", message)).content.decode()


def test_the_unread_are_reminded_from_the_page_with_their_number(client: Client, cast: Cast) -> None:
    message = to_the_school(cast)
    mark_read(cast.kim, [message.id])
    cast.yamada.endpoints.all().delete()
    client.force_login(cast.suzuki)
    assert "未読の 3人に再通知する" in page(client, message)
    asked = client.get(address("remind", message))
    text = asked.content.decode()
    assert "まだ読んでいない保護者 2人にもう一度知らせますか" in text
    assert "通知先のない未読の方 1人" in text
    seen = {"seen": asked.context["look"].seen}
    for _click in range(2):
        led_to = client.post(address("remind", message), seen).headers["Location"]
        assert led_to == address("message", message)
    assert FollowUp.objects.get().guardians == 2
    text = page(client, message)
    assert "未読の方への再通知（2人）" in text
    assert "前の送信を見る" in text
    assert "未読の 2人に再通知しました" in text


def test_too_soon_is_said_with_the_time(client: Client, cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    settle_all(message)
    client.force_login(cast.suzuki)
    text = page(client, message)
    assert "再通知する" not in text
    assert "からできます。" in text
    text = client.get(address("remind", message), follow=True).content.decode()
    assert "送ったばかりです。" in text


def test_a_correction_shows_what_changes_before_it_is_sent(client: Client, cast: Cast) -> None:
    message = to_the_school(cast)
    client.force_login(cast.suzuki)
    form = client.get(address("correct", message))
    assert "お弁当をお持ちください。" in form.content.decode()
    typed = {
        "title": "明日の遠足",
        "text": "水筒をお持ちください。",
        "note": "持ち物に誤りがありました",
        "seen": 1,
    }
    shown = client.post(address("correct", message), typed | {"action": "preview"}).content.decode()
    assert "お弁当</del>" in shown
    assert "水筒</ins>" in shown
    assert "受け取った保護者 4人に、訂正したお知らせを送ります。" in shown
    assert not FollowUp.objects.exists()
    again = client.post(address("correct", message), typed | {"action": "edit"}).content.decode()
    assert "水筒をお持ちください。" in again
    for _click in range(2):
        client.post(address("correct", message), typed | {"action": "send"})
    assert Message.objects.get(id=message.id).version == 2
    text = page(client, message)
    assert "訂正しました（第2版、4人に通知）" in text
    assert "訂正後を読んだ方 0人" in text


def test_a_correction_that_is_none_is_refused_with_a_word(client: Client, cast: Cast) -> None:
    message = to_the_school(cast)
    client.force_login(cast.suzuki)
    same = {"title": message.title, "text": message.text, "note": "何も変わりません", "seen": 1}
    for action in ("preview", "send"):
        answer = client.post(address("correct", message), same | {"action": action}).content.decode()
        assert "題名も本文も変わっていません。" in answer
    short = same | {"text": "水筒も。", "note": "誤り", "action": "preview"}
    assert "5文字以上" in client.post(address("correct", message), short).content.decode()


def test_two_people_correct_and_the_second_is_told(client: Client, cast: Cast) -> None:
    message = to_the_school(cast)
    correct.correct(
        access(cast.tanaka), message.id, correct.Correction("遠足", "中止です。", "中止になりました"), seen=1
    )
    client.force_login(cast.suzuki)
    mine = {"title": "遠足", "text": "延期です。", "note": "延期になりました", "seen": 1, "action": "send"}
    answer = client.post(address("correct", message), mine, follow=True).content.decode()
    assert "ほかの人が先に訂正しました。" in answer
    assert Message.objects.get(id=message.id).text == "中止です。"
    assert 'value="延期です。"' in answer  # what was typed is there, against what it says now
    client.post(address("correct", message), mine | {"seen": 2})
    assert Message.objects.get(id=message.id).text == "延期です。"


def test_a_teacher_who_needs_approval_is_told_who_corrects(client: Client, cast: Cast) -> None:
    message = went_out(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    SendingRules.objects.filter(school=cast.sakura).update(own_class="approve")
    client.force_login(cast.sato)
    assert "訂正は管理職が行います" in client.get(address("correct", message)).content.decode()
    mine = {"title": "遠足", "text": "延期です。", "note": "延期になりました", "seen": 1, "action": "send"}
    client.post(address("correct", message), mine)
    assert Message.objects.get(id=message.id).version == 1
    client.post(address("recall", message), {"reason": "内容の誤り"})  # to take it back needs nobody
    assert Message.objects.get(id=message.id).recalled_at is not None


def test_a_recall_takes_two_clicks_even_while_it_is_being_sent(client: Client, cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    client.force_login(cast.suzuki)
    assert address("recall", message) in page(client, message)
    asked = client.get(address("recall", message)).content.decode()
    assert "「明日の遠足」を取り消しますか" in asked
    assert "宛先の誤りのため取り消す" in asked
    for _click in range(2):
        client.post(address("recall", message), {"reason": "宛先の誤り"})
    text = page(client, message)
    assert "このお知らせは取り消しました" in text
    assert "取り消しました（4人に通知）" in text
    for gone in ("再通知する", "訂正する", 'href="' + address("recall", message)):
        assert gone not in text
    assert "取り消されています" in client.get(address("correct", message), follow=True).content.decode()
    assert "取り消されています" in client.get(address("late_joiners", message), follow=True).content.decode()


def test_a_recall_without_a_reason_asks_for_one(client: Client, cast: Cast) -> None:
    message = to_the_school(cast)
    client.force_login(cast.suzuki)
    for reason, words in (("", "選ぶか、書いてください"), ("誤り", "5文字以上")):
        assert words in client.post(address("recall", message), {"reason": reason}).content.decode()
    assert Message.objects.get(id=message.id).recalled_at is None


def test_late_joiners_are_sent_to_when_chosen(client: Client, cast: Cast) -> None:
    message = to_the_school(cast)
    client.force_login(cast.suzuki)
    assert "あとから加わった方はいません" in client.get(address("late_joiners", message)).content.decode()
    mori = people.guardian(
        "森 京子", "mori@mail.example", people.student(cast.p3_1, 4, "森 樹", "モリ イツキ", "0010")
    )
    text = client.get(address("late_joiners", message)).content.decode()
    for words in ("森 京子", "3年1組 4番", "森 樹", "加わった保護者が 1人います"):
        assert words in text
    client.post(address("late_joiners", message), {"guardian": ["nobody"]})
    assert not FollowUp.objects.exists()
    client.post(address("late_joiners", message), {"guardian": [str(mori.id)]})
    assert Recipient.objects.filter(message=message, guardian=mori).exists()
    assert "あとから加わった 1人に送りました" in page(client, message)


def test_the_chart_counts_each_class_in_words(client: Client, cast: Cast) -> None:
    message = to_the_school(cast)
    mark_read(cast.kim, [message.id])
    Delivery.objects.filter(endpoint__guardian=cast.alvarez).update(status="failed", code="550 5.1.1")
    client.force_login(cast.suzuki)
    chart = client.get(address("message", message)).context["chart"]
    assert [(row["label"], row["read"], row["unread"], row["unreached"]) for row in chart] == [
        ("3年1組", 1, 2, 0),
        ("3年2組", 0, 0, 1),
    ]
    assert chart[0]["address"] == f"?class={cast.p3_1.id}"
    assert f'id="class-{cast.p3_1.id}"' in client.get(address("report", message)).content.decode()
    client.force_login(cast.sato)
    chart = client.get(address("message", message)).context["chart"]
    assert [row["label"] for row in chart] == ["3年1組"]


def test_after_a_correction_the_chart_counts_who_has_read_it(client: Client, cast: Cast) -> None:
    message = to_the_school(cast)
    for person in (cast.kim, cast.yamada):
        mark_read(person, [message.id])
    correct.correct(
        access(cast.suzuki), message.id, correct.Correction("遠足", "中止です。", "中止になりました"), seen=1
    )
    mark_read(cast.kim, [message.id])
    client.force_login(cast.suzuki)
    page_of_it = client.get(address("message", message))
    assert [(row["read"], row["unread"]) for row in page_of_it.context["chart"]] == [(1, 2), (0, 1)]
    assert "（訂正後）" in page_of_it.content.decode()
    report = client.get(address("report", message)).content.decode()
    assert "訂正前だけ既読" in report
    assert "訂正後を読んだ方 1人" in report


def test_the_board_sees_a_bar_a_school(client: Client, cast: Cast) -> None:
    message = went_out(cast.tanaka, None, Target(kind="ward"))
    client.force_login(cast.tanaka)
    chart = client.get(address("message", message)).context["chart"]
    assert [(row["label"], row["unread"]) for row in chart] == [("桜小学校", 4), ("柏中学校", 1)]


def test_the_history_is_what_the_school_can_prove(client: Client, cast: Cast) -> None:
    message = to_the_school(cast)
    Message.objects.filter(id=message.id).update(released_at=clock.now())
    for did, by in (("asked", cast.sato), ("approved", cast.suzuki)):
        ApprovalStep.objects.create(message=message, did=did, by=by, fingerprint="x")
    Override.objects.create(message=message, findings="x", reason="名簿ではない", by=cast.suzuki)
    client.force_login(cast.suzuki)
    told = [step["words"] for step in client.get(address("message", message)).context["history"]]
    assert set(told) == {
        "承認を依頼しました",
        "承認しました",
        "確認の警告を、理由を書いて解除しました",
        "送信しました",
    }
    assert "名簿ではない" not in page(client, message)


def test_a_teacher_of_the_school_changes_nothing_of_the_managers_message(client: Client, cast: Cast) -> None:
    message = to_the_school(cast)
    client.force_login(cast.sato)
    text = page(client, message)
    for name in ("remind", "correct", "recall", "late_joiners"):
        assert address(name, message) not in text
        assert client.get(address(name, message)).status_code == 404
        assert client.post(address(name, message)).status_code == 404


def school_of_many(cast: Cast, classes: int) -> None:
    for number in range(10, 10 + classes):
        room = people.classroom(cast.sakura, cast.year, "P4", str(number))
        child = people.student(room, 1, f"児童 {number}", f"ジドウ {number}", f"1{number}")
        people.guardian(f"保護者 {number}", f"many{number}@mail.example", child)


def test_the_page_takes_twelve_statements_however_large_the_school(
    client: Client, cast: Cast, django_assert_max_num_queries: object
) -> None:
    school_of_many(cast, 20)
    message = to_the_school(cast)
    attach(message)
    a_while_ago(message)
    remind.remind(access(cast.suzuki), message.id, remind.look(message).seen)
    settle_all(message)
    client.force_login(cast.suzuki)
    page(client, message)  # writes down that she was here
    channel_trouble()  # kept for some seconds
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        text = page(client, message)
    assert "4年20組" in text
    recall.recall(access(cast.suzuki), message.id, "宛先の誤り")
    channel_trouble()
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        page(client, message)
