"""Before it goes: a refused reason is kept; who looks at what waits, or went out, can open its files."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from otayori.core import clock
from otayori.messaging import approve, confirm
from otayori.messaging.attachments import opening
from otayori.messaging.audience import Target
from otayori.messaging.models import AttachmentOpening, Message, Override, SendingRules
from tests.cast import Cast
from tests.console.message_stories import (
    access,
    draft,
    fields,
    press_send,
    released,
    seen_on_confirm,
    whole,
)
from tests.messaging.attached import attach

pytestmark = pytest.mark.django_db
NAMES = "山田 葵さんと渡辺 空さんの作品が入選しました。"


@pytest.fixture
def manager(cast: Cast, client: Client) -> Client:
    client.force_login(cast.suzuki)
    return client


def page(client: Client, message: Message, name: str = "message") -> str:
    return client.get(reverse(f"console:{name}", args=[message.id])).content.decode()


def test_a_reason_that_is_too_short_stays_in_its_field(cast: Cast, manager: Client) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), text=NAMES)
    here = reverse("console:override", args=[message.id])
    digest = manager.get(reverse("console:confirm", args=[message.id])).context["barriers"].findings.digest
    answer = manager.post(here, {"findings": digest, "reason": "同意済み"})
    assert "理由を10文字以上で書いてください。" in answer.content.decode()
    assert ">同意済み</textarea>" in answer.content.decode()
    assert not Override.objects.exists()
    assert manager.get(here).headers["Location"] == reverse("console:confirm", args=[message.id]) + "#gate"


def test_a_reason_that_is_too_short_stays_on_the_approvers_page(cast: Cast, manager: Client) -> None:
    message = draft(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id), text=NAMES)
    approve.ask(access(cast.sato), message.id, confirm.look(message).fingerprint)
    digest = manager.get(reverse("console:message", args=[message.id])).context["barriers"].findings.digest
    answer = manager.post(
        reverse("console:override", args=[message.id]), {"findings": digest, "reason": "同意済み"}
    )
    assert "承認する前の確認" in answer.content.decode()
    assert ">同意済み</textarea>" in answer.content.decode()


@pytest.mark.parametrize("undo", [0, 60])
def test_the_files_are_on_the_page_of_what_waits(cast: Cast, manager: Client, undo: int) -> None:
    SendingRules.objects.filter(school=cast.sakura).update(undo_seconds=undo)
    at = {} if undo else {"release_at": clock.now() + timedelta(days=1)}
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), **at)
    file = attach(message, "遠足のしおり.pdf")
    opening.note(file, cast.suzuki, AttachmentOpening.Way.VIEWED)
    press_send(manager, message, seen_on_confirm(manager, message))
    text = page(manager, message)
    assert ("取り消して下書きに戻す" in text) is bool(undo)
    assert "遠足のしおり.pdf" in text
    assert reverse("console:attachment", args=[message.id, file.id]) in text


def test_what_went_out_leads_to_its_files_and_calls_nobody_its_booker(cast: Cast, manager: Client) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    file = attach(message, "遠足のしおり.pdf")
    SendingRules.objects.filter(school=cast.sakura).update(undo_seconds=60)
    opening.note(file, cast.suzuki, AttachmentOpening.Way.VIEWED)
    press_send(manager, message, seen_on_confirm(manager, message))
    manager.post(reverse("console:hasten", args=[message.id]))
    text = page(manager, message)
    assert "送った内容" in text
    assert "予約した人" not in text
    assert reverse("console:attachment", args=[message.id, file.id]) in text


def test_what_the_kept_draft_lacks_is_not_said_of_what_was_typed_since(cast: Cast, manager: Client) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), title="")
    here = f"{reverse('console:draft', args=[message.id])}?check=1"
    assert "題名を入力してください。" in manager.get(here).content.decode()
    times = {"release_at_0": "2099-12-01", "release_at_1": ""}
    text = manager.post(here, fields(whole(cast.sakura), **times)).content.decode()
    assert "時刻を入力してください。" in text
    assert "題名を入力してください。" not in text


def test_the_form_of_what_went_out_leads_to_its_page(cast: Cast, manager: Client) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    here = reverse("console:draft", args=[message.id])
    for answer in (manager.get(here, follow=True), manager.post(here, fields(), follow=True)):
        assert answer.redirect_chain[-1][0] == reverse("console:message", args=[message.id])
        assert "もう送信しています。" in answer.content.decode()
    manager.force_login(cast.sato)
    assert manager.get(here).status_code == 404
