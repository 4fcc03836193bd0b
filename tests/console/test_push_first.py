"""Push first, mail for the unread: what waits for that is neither being sent nor finished nor failed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from otayori.console.sentences import ways_sentence
from otayori.core import clock
from otayori.delivery import fallback
from otayori.delivery.models import Batch, Delivery, Endpoint
from otayori.delivery.parcel import Urgency
from otayori.delivery.progress import progress
from otayori.delivery.sweep import sweep
from otayori.messaging import failures, report, report_schools
from otayori.messaging.models import Message, Recipient
from otayori.roster.models import Guardian
from tests.cast import Cast
from tests.console.message_stories import draft, whole
from tests.console.push_first import half_an_hour_later, to_come

pytestmark = pytest.mark.django_db


def page(client: Client, name: str, message: Message) -> str:
    return client.get(reverse(f"console:{name}", args=[message.id])).content.decode()


def readings(message: Message) -> dict[str, str]:
    """Guardian -> how it stands, as the report tells."""
    recipients = Recipient.objects.filter(message=message)
    found = report.readings(message, list(recipients))
    return {r.guardian.user.name: str(found[r.guardian_id]) for r in recipients}


def reads(message: Message, *people: Guardian) -> None:
    """They read it: the mail is not sent any more."""
    Recipient.objects.filter(message=message, guardian__in=people).update(read_at=clock.now())
    assert message.batch_id is not None
    for person in people:
        assert fallback.spare(person.id, [message.batch_id]) == 1


def test_the_page_is_finished_for_now_and_tells_when_mails_follow(client: Client, cast: Cast) -> None:
    message, at = half_an_hour_later(cast)
    client.force_login(cast.suzuki)
    text = page(client, "message", message)
    local = at.astimezone(clock.TOKYO)
    assert f"{local:%H:%M} からメールでも送ります（2件）" in text
    assert "いま送る分は終わりました" in text
    assert "every 2s" not in text
    bars = client.get(f"/console/messages/{message.id}/").context["bars"]
    assert [bar["waiting"] for bar in bars] == [0, 0]
    (row,) = client.get("/console/messages/").context["rows"]
    assert row["state"] == "sent"
    reads(message, cast.kim)
    text = page(client, "message", message)
    assert "からメールでも送ります（1件）" in text
    assert "読まれたため送らなかったメール 1件" in text


def test_a_mail_whose_turn_has_come_is_being_sent(client: Client, cast: Cast) -> None:
    message, _at = half_an_hour_later(cast)
    to_come(message).update(due_at=clock.now() - timedelta(seconds=1))
    client.force_login(cast.suzuki)
    assert "every 2s" in page(client, "message", message)
    (row,) = client.get("/console/messages/?state=sending").context["rows"]
    assert row["message"] == message


def test_stopping_covers_the_mails_that_were_to_follow(client: Client, cast: Cast) -> None:
    message, _at = half_an_hour_later(cast)
    client.force_login(cast.suzuki)
    stop = reverse("console:stop", args=[message.id])
    assert "送信を止める" in page(client, "message", message)
    assert "まだ送っていない2件" in client.get(stop).content.decode()
    assert "待っていた2件は送りません" in client.post(stop, follow=True).content.decode()
    assert not to_come(message).exists()
    assert Delivery.objects.filter(status="cancelled", code="stopped").count() == 2
    assert "2件は送っていません（停止）" in page(client, "message", message)


def test_numbers_are_apart(cast: Cast) -> None:
    message, at = half_an_hour_later(cast)
    reads(message, cast.kim)
    Delivery.objects.filter(endpoint__guardian=cast.watanabe).update(status="cancelled", code="expired")
    batch = Message.objects.get(id=message.id).batch
    assert batch is not None
    push, mail = progress(batch)
    assert (push.done, push.later, push.later_at, push.total) == (2, 0, None, 2)
    assert (mail.done, mail.waiting, mail.cancelled) == (1, 0, 0)
    assert (mail.later, mail.later_at, mail.spared, mail.expired) == (1, at, 1, 1)
    assert mail.open == 1


def test_the_report_tells_each_as_it_is(cast: Cast) -> None:
    message, _at = half_an_hour_later(cast)
    Endpoint.objects.filter(guardian=cast.yamada, channel="webpush").delete()  # and what was sent to it
    reads(message, cast.kim)
    assert readings(message) == {
        "キム ソヨン": "read",
        "山田 恵子": "waiting",
        "Maria Alvarez": "unread",
        "渡辺 彩": "unread",
    }
    assert failures.families_unreached([message]) == {}


def test_sent_by_push_is_unread_while_the_mail_waits(cast: Cast) -> None:
    message, _at = half_an_hour_later(cast)
    assert set(readings(message).values()) == {"unread"}
    (sakura,) = report_schools.by_school(message)
    assert (sakura.read, sakura.unreached) == (0, 0)


def test_a_mail_that_was_spared_is_no_failure(cast: Cast) -> None:
    """The push failed, the message was read in the app: there is nobody to telephone."""
    message, _at = half_an_hour_later(cast)
    Delivery.objects.filter(channel="webpush").update(status="failed", code="http 410")
    assert failures.families_unreached([message]) == {}  # mails may still reach them
    reads(message, cast.kim, cast.yamada)
    assert failures.families_unreached([message]) == {}


def test_who_was_not_reached_in_time_is_named(client: Client, cast: Cast) -> None:
    message, _at = half_an_hour_later(cast)
    Message.objects.update(deliver_before=clock.now())
    Batch.objects.update(deadline=clock.now() - timedelta(minutes=1))
    sweep()  # nobody gets the mail any more
    # and Yamada's phone did not take the push in time
    Delivery.objects.filter(endpoint__guardian=cast.yamada).update(status="cancelled", code="expired")
    client.force_login(cast.suzuki)
    text = page(client, "report", message)
    assert "期限までに届けられなかった方 1人" in text  # Kim's phone took it
    assert "期限までに届けられませんでした" in text
    assert "山田 葵" in client.get(f"/console/messages/{message.id}/report?show=unreached").content.decode()
    assert failures.families_unreached([message]) == {message.id: 1}
    assert "届ける期限を過ぎたため送らなかった分" in page(client, "message", message)


def test_the_confirm_page_says_how_it_goes_out(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    normal = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    assert "まずプッシュ通知で送り、1時間たっても読まれていない方にはメールでも送ります。" in page(
        client, "confirm", normal
    )
    end = clock.now() + timedelta(minutes=30)
    hurried = draft(cast.suzuki, cast.sakura, whole(cast.sakura), deliver_before=end)
    assert "読まれていない方へメールを送る時刻になりません" in page(client, "confirm", hurried)
    assert "10分たっても" in ways_sentence(Urgency.IMPORTANT)
    assert "24時間たっても" in ways_sentence(Urgency.LEAFLET)
    assert ways_sentence(Urgency.EMERGENCY) == "プッシュ通知とメールの両方で、すぐに送ります。"
