"""The times of a message: it goes out then, not before; it is not delivered after; what is wrong is said."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from otayori.core import clock
from otayori.core.moments import moment_text
from otayori.delivery.models import Batch
from otayori.messaging import schedule
from otayori.messaging.audience import Target
from otayori.messaging.models import Message
from tests.cast import Cast
from tests.console.message_stories import (
    draft,
    fields,
    press_send,
    released,
    scheduled,
    seen_on_confirm,
    typed_moment,
    whole,
)

pytestmark = pytest.mark.django_db
NEW = "/console/messages/new"
DAY = timedelta(days=1)


def page(client: Client, name: str, message: Message) -> str:
    return client.get(reverse(f"console:{name}", args=[message.id])).content.decode()


def test_from_the_form_to_the_schedule_and_back(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    at = clock.now().replace(second=0, microsecond=0) + DAY
    times = typed_moment("release_at", at) | typed_moment("deliver_before", at + DAY)
    client.post(NEW, fields(whole(cast.sakura), **times))
    message = Message.objects.get()
    assert (message.release_at, message.deliver_before) == (at, at + DAY)
    text = page(client, "confirm", message)
    assert f"{moment_text(at)} に、桜小学校の保護者 4人（児童 4人）に送信します。" in text
    assert "4人への送信を予約する" in text
    assert "届ける期限" in text

    here = press_send(client, message, seen_on_confirm(client, message))
    text = client.get(here).content.decode()
    assert "予約しました。時刻になると、自動で送信します。" in text
    assert "予約を取り消す" in text
    assert "お弁当をお持ちください。" in text
    assert "鈴木 校長" in text
    assert not Batch.objects.exists()
    assert client.get(reverse("console:confirm", args=[message.id])).headers["Location"] == here

    edit = reverse("console:draft", args=[message.id])
    assert "先に予約を取り消してください" in client.get(edit, follow=True).content.decode()
    assert "先に予約を取り消してください" in client.post(edit, fields(), follow=True).content.decode()
    assert client.get(reverse("console:discard", args=[message.id])).status_code == 404

    cancel = reverse("console:unschedule", args=[message.id])
    assert "「明日の遠足」の予約を取り消しますか" in client.get(cancel).content.decode()
    text = client.post(cancel, follow=True).content.decode()
    assert "予約を取り消しました。" in text
    assert f'value="{typed_moment("release_at", at)["release_at_0"]}"' in text
    assert "取り消せる予約がありません" in client.post(cancel, follow=True).content.decode()


HALF_HOUR = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        ({"release_at": -HALF_HOUR}, "送信する日時が過ぎています。"),
        ({"release_at": 366 * DAY}, "予約できるのは1年先までです。"),
        ({"deliver_before": -HALF_HOUR}, "届ける期限が過ぎています。"),
        ({"release_at": 2 * DAY, "deliver_before": DAY}, "届ける期限が、送信する日時より前になっています。"),
        ({"urgency": "emergency", "release_at": DAY}, "緊急のお知らせは予約できません。日付"),
    ],
)
def test_a_wrong_time_is_said_at_its_field_and_kept(
    client: Client, cast: Cast, times: dict[str, timedelta | str], sentence: str
) -> None:
    client.force_login(cast.suzuki)
    typed: dict[str, str] = {}
    for name, value in times.items():
        moment = typed_moment(name, clock.now() + value) if isinstance(value, timedelta) else {name: value}
        typed |= moment
    text = client.post(NEW, fields(whole(cast.sakura), **typed), follow=True).content.decode()
    assert "1か所を直してください" in text
    assert sentence in text
    assert '<details class="more times" open>' in text
    for name, value in typed.items():
        assert name == "urgency" or f'value="{value}"' in text
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("half", "sentence"),
    [
        ({"release_at_0": "2031-04-01", "release_at_1": ""}, "時刻を入力してください。"),
        ({"release_at_0": "", "release_at_1": "07:30"}, "日付を入力してください。"),
        ({"deliver_before_0": "きのう", "deliver_before_1": "07:30"}, "日付を入力してください。"),
    ],
)
def test_half_a_time_is_never_taken_for_none(
    client: Client, cast: Cast, half: dict[str, str], sentence: str
) -> None:
    client.force_login(cast.suzuki)
    text = client.post(NEW, fields(whole(cast.sakura), text="消えない文", **half)).content.decode()
    assert sentence in text
    assert "消えない文" in text
    assert not Message.objects.exists()


def test_without_times_the_section_is_closed(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    assert '<details class="more times">' in client.get(NEW).content.decode()


def test_a_time_that_was_set_in_another_window_is_shown_before_anything_goes_out(
    client: Client, cast: Cast
) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    client.force_login(cast.suzuki)
    seen = seen_on_confirm(client, message)
    Message.objects.filter(id=message.id).update(release_at=clock.now() + DAY)
    confirm = reverse("console:confirm", args=[message.id])
    assert press_send(client, message, seen) == confirm
    seen = seen_on_confirm(client, message)
    Message.objects.filter(id=message.id).update(release_at=None)
    assert press_send(client, message, seen) == confirm
    seen = seen_on_confirm(client, message)
    Message.objects.filter(id=message.id).update(deliver_before=clock.now() + DAY)
    assert press_send(client, message, seen) == confirm
    assert not Batch.objects.exists()


def test_a_confirm_page_that_lay_open_past_the_deadline_sends_nothing(client: Client, cast: Cast) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), deliver_before=clock.now() + DAY)
    client.force_login(cast.suzuki)
    Message.objects.filter(id=message.id).update(deliver_before=clock.now() - DAY)
    seen = client.get(reverse("console:confirm", args=[message.id]), follow=True)
    assert "届ける期限が過ぎています。" in seen.content.decode()


def test_the_deadline_goes_with_the_order(client: Client, cast: Cast) -> None:
    end = clock.now() + DAY
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura), deliver_before=end)
    assert Batch.objects.get().deadline == end
    client.force_login(cast.suzuki)
    assert "届ける期限" in page(client, "message", message)


def test_the_list_and_home_tell_when_it_goes_out(client: Client, cast: Cast) -> None:
    soon = clock.now() + timedelta(seconds=30)
    scheduled(cast.suzuki, cast.sakura, whole(cast.sakura), title="今日の予約", release_at=soon)
    scheduled(cast.suzuki, cast.sakura, whole(cast.sakura), title="来月の予約", release_at=soon + 30 * DAY)
    client.force_login(cast.suzuki)
    rows = client.get("/console/messages/?state=scheduled").context["rows"]
    assert [(row["message"].title, row["state"]) for row in rows] == [
        ("来月の予約", "scheduled"),
        ("今日の予約", "scheduled"),
    ]
    home = client.get("/console/").content.decode()
    assert "来月の予約" not in home
    if soon.astimezone(clock.TOKYO).date() == clock.today():
        assert f"{soon.astimezone(clock.TOKYO):%H:%M} に送ります" in home


def test_what_came_back_is_said_to_the_author(client: Client, cast: Cast) -> None:
    class_1 = Target(kind="classroom", id=cast.p3_1.id)
    message = scheduled(cast.sato, cast.sakura, class_1)
    cast.sato.memberships.get().classrooms.clear()
    schedule.release_due(clock.now() + 3 * DAY)
    client.force_login(cast.sato)
    assert "予約した人が、この宛先に送れなくなりました" in client.get("/console/").content.decode()
    text = page(client, "draft", message)
    assert "予約した時刻に送れませんでした" in text
    client.post(reverse("console:draft", args=[message.id]), fields(action="save"))
    assert "予約した時刻に送れませんでした" not in page(client, "draft", message)


def test_what_came_back_and_was_sent_after_all_is_settled(client: Client, cast: Cast) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    Message.objects.filter(id=message.id).update(returned="broken")
    client.force_login(cast.suzuki)
    assert "システムの不具合で送れませんでした。" in client.get("/console/").content.decode()
    press_send(client, message, seen_on_confirm(client, message))
    assert "システムの不具合で送れませんでした。" not in client.get("/console/").content.decode()


def test_a_scheduled_message_is_private_until_it_goes_out(client: Client, cast: Cast) -> None:
    message = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura))
    for stranger in (cast.sato, cast.kobayashi, cast.kim.user):
        client.force_login(stranger)
        for name in ("message", "unschedule", "draft", "confirm"):
            assert client.get(reverse(f"console:{name}", args=[message.id])).status_code == 404, name
        assert client.post(reverse("console:unschedule", args=[message.id])).status_code == 404
    assert Message.objects.get().state == "scheduled"
