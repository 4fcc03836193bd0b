"""A draft that saves itself, and two people on one draft: the second is told, and nothing is written over."""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.core.ids import new_id
from otayori.messaging import compose, discard
from otayori.messaging.models import Message
from tests.cast import Cast
from tests.console.message_stories import access, draft, fields, released, whole

pytestmark = pytest.mark.django_db
NEW = "/console/messages/new"
AUTOSAVE = "/console/messages/autosave"
JSON = {"Accept": "application/json"}


def page_of(client: Client, address: str) -> dict[str, str]:
    """The hidden fields of a page, as the browser posts them with the form."""
    page = client.get(address)
    names = ("draft", "sender", "revision")
    return {name: str(page.context[f"{name}_id" if name == "draft" else name]) for name in names} | {
        "sender": page.context["sender_key"]
    }


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def kept(message: Message) -> Message:
    return Message.objects.get(id=message.id)


def test_a_new_message_becomes_a_draft_once_however_often_it_is_saved(client: Client, cast: Cast) -> None:
    client.force_login(cast.sato)
    frame = page_of(client, NEW)
    assert not Message.objects.exists()  # an untouched page makes no draft
    first = client.post(AUTOSAVE, fields(title="遠") | frame, headers=JSON).json()
    again = client.post(AUTOSAVE, fields(title="遠") | frame, headers=JSON).json()  # the answer got lost
    assert first["id"] == again["id"] == frame["draft"]
    assert first["url"] == reverse("console:draft", args=[frame["draft"]])
    assert first["revision"] == again["revision"] == 1
    frame["revision"] = "1"
    second = client.post(AUTOSAVE, fields(title="遠足") | frame, headers=JSON).json()
    assert second["revision"] == 2
    assert client.post(NEW, fields(title="遠足です") | frame | {"revision": "2"}).status_code == 302
    assert Message.objects.get().title == "遠足です"
    assert second["saved_at"]


def test_half_a_date_does_not_keep_the_rest_from_being_saved(client: Client, cast: Cast) -> None:
    client.force_login(cast.sato)
    message = draft(cast.sato, cast.sakura)
    frame = page_of(client, reverse("console:draft", args=[message.id]))
    typed = fields(text="書きかけ") | frame | {"release_at_0": "2026-12-01", "release_at_1": ""}
    answer = client.post(AUTOSAVE, typed, headers=JSON).json()
    assert answer["unsaved"] == ["送信する日時"]
    assert kept(message).text == "書きかけ"


def test_what_is_no_draft_any_more_is_not_changed(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    sent = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    assert client.post(AUTOSAVE, fields(text="別の文") | {"draft": str(sent.id)}).status_code == 404
    assert kept(sent).text == "お弁当をお持ちください。"
    with pytest.raises(compose.NoDraft):
        compose.save_draft(access(cast.suzuki), sent, compose.Words(title="x"))


def test_nobody_saves_into_anothers_draft(client: Client, cast: Cast) -> None:
    mine = draft(cast.suzuki, cast.sakura)
    form = fields(title="盗み") | {"draft": str(mine.id), "sender": str(cast.kashiwa.id)}
    client.force_login(cast.kobayashi)
    assert client.post(AUTOSAVE, form, headers=JSON).status_code == 404
    client.force_login(cast.sato)  # a teacher of the same school does not see the manager's draft
    assert client.post(AUTOSAVE, form, headers=JSON).status_code == 404
    assert kept(mine).title == "明日の遠足"
    beyond = fields(whole(cast.kashiwa)) | {"draft": str(new_id()), "sender": str(cast.sakura.id)}
    assert client.post(AUTOSAVE, beyond, headers=JSON).status_code == 422
    client.logout()
    assert client.post(AUTOSAVE, form, headers=JSON).status_code == 401
    assert Message.objects.count() == 1


def test_two_people_on_one_draft_lose_nothing(cast: Cast) -> None:
    message = draft(cast.sato, cast.sakura, whole(cast.sakura))
    address = reverse("console:draft", args=[message.id])
    sato, suzuki = signed_in(cast.sato), signed_in(cast.suzuki)
    hers, his = page_of(sato, address), page_of(suzuki, address)
    suzuki.post(AUTOSAVE, fields(whole(cast.sakura), text="校長の文") | his, headers=JSON)

    assert "鈴木 校長 さんが" in sato.get(address).content.decode()  # told before she saves
    answer = sato.post(AUTOSAVE, fields(whole(cast.sakura), text="担任の文") | hers, headers=JSON)
    assert answer.status_code == 409
    assert "鈴木 校長 さんが" in answer.json()["conflict"]
    page = sato.post(address, fields(whole(cast.sakura), text="担任の文") | hers).content.decode()
    assert kept(message).text == "校長の文"
    for words in ("あなたの入力", "担任の文", "校長の文", "自分の内容で続ける", "相手の内容を読み込む"):
        assert words in page
    assert "data-conflict" in page  # the script saves nothing here

    shown = {"action": "mine", "their_revision": str(kept(message).revision)}
    sato.post(address, fields(whole(cast.sakura), text="担任の文") | hers | shown)
    assert kept(message).text == "担任の文"
    assert kept(message).changed_by == cast.sato


def test_a_third_save_between_looking_and_deciding_is_shown_too(cast: Cast) -> None:
    message = draft(cast.sato, cast.sakura)
    address = reverse("console:draft", args=[message.id])
    sato, suzuki = signed_in(cast.sato), signed_in(cast.suzuki)
    hers, his = page_of(sato, address), page_of(suzuki, address)
    his["revision"] = str(suzuki.post(AUTOSAVE, fields(text="一度目") | his, headers=JSON).json()["revision"])
    page = sato.post(address, fields(text="私の文") | hers)
    seen = str(page.context["conflict"]["theirs"].revision)
    suzuki.post(AUTOSAVE, fields(text="二度目") | his, headers=JSON)
    page = sato.post(address, fields(text="私の文", action="mine") | hers | {"their_revision": seen})
    assert "二度目" in page.content.decode()
    assert kept(message).text == "二度目"


def test_the_same_words_are_no_conflict(cast: Cast) -> None:
    message = draft(cast.sato, cast.sakura)
    address = reverse("console:draft", args=[message.id])
    sato, suzuki = signed_in(cast.sato), signed_in(cast.suzuki)
    hers, his = page_of(sato, address), page_of(suzuki, address)
    suzuki.post(AUTOSAVE, fields(text="同じ文") | his, headers=JSON)
    answer = sato.post(AUTOSAVE, fields(text="同じ文") | hers, headers=JSON).json()
    assert answer["revision"] == 2
    assert kept(message).changed_by == cast.suzuki


def test_the_other_tab_of_the_same_person_is_told_too(client: Client, cast: Cast) -> None:
    message = draft(cast.sato, cast.sakura)
    client.force_login(cast.sato)
    frame = page_of(client, reverse("console:draft", args=[message.id]))
    client.post(AUTOSAVE, fields(text="この画面") | frame, headers=JSON)
    answer = client.post(AUTOSAVE, fields(text="古い画面") | frame, headers=JSON)
    assert "あなた（別の画面）" in answer.json()["conflict"]
    assert kept(message).text == "この画面"


def test_what_was_typed_comes_back_by_the_page_and_is_not_saved_yet(client: Client, cast: Cast) -> None:
    """What the tab kept while the network was down is posted back with the revision it began with."""
    message = draft(cast.sato, cast.sakura)
    client.force_login(cast.sato)
    address = reverse("console:draft", args=[message.id])
    page = client.post(address, fields(text="切れる前の文", action="restore") | {"revision": "1"})
    assert "切れる前の文" in page.content.decode()
    assert page.context["revision"] == 1
    assert kept(message).text == "お弁当をお持ちください。"


def test_a_draft_thrown_away_meanwhile_is_said(client: Client, cast: Cast) -> None:
    message = draft(cast.sato, cast.sakura)
    discard.discard(access(cast.sato), message)
    with pytest.raises(compose.NoDraft):
        compose.save_draft(access(cast.sato), message, compose.Words(text="x"), revision=1)
