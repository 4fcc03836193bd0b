"""What a message will look like: on the phone, and as the mail channel itself renders it."""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.messaging.audience import Target
from otayori.messaging.models import Message
from tests.cast import Cast
from tests.console.message_stories import draft, fields, whole

pytestmark = pytest.mark.django_db
MAIL = "/console/messages/mail-preview"


def test_the_mail_is_shown_before_anything_is_saved(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    form = fields(whole(cast.sakura), urgency="important", text=".点で始まる行\n二行目")
    page = client.post(MAIL, form | {"sender": str(cast.sakura.id)}).content.decode()
    for words in ("桜小学校 &lt;", "明日の遠足", "【重要】", ".点で始まる行", "返信しても学校には届きません"):
        assert words in page
    assert "..点" not in page
    assert not Message.objects.exists()


def test_the_mail_of_a_message_to_one_child_says_nothing_of_it(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    form = fields(Target(kind="student", id=cast.aoi.id), title="葵さんのけが")
    page = client.post(MAIL, form | {"sender": str(cast.sakura.id)}).content.decode()
    assert "桜小学校からお知らせがあります" in page
    assert "葵さんのけが" not in page
    assert "メールには題名と本文を載せません" in page


def test_the_preview_is_a_page_without_script(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    response = client.post("/console/messages/new", fields(action="preview"))
    message = Message.objects.get()
    assert response.headers["Location"] == reverse("console:preview", args=[message.id])
    assert "お弁当を" in client.get(response.headers["Location"]).content.decode()
    assert "アプリで開く" in client.get(response.headers["Location"] + "?as=mail").content.decode()


def test_anothers_draft_is_not_previewed(client: Client, cast: Cast) -> None:
    message = draft(cast.suzuki, cast.sakura)
    client.force_login(cast.sato)
    assert client.get(reverse("console:preview", args=[message.id])).status_code == 404
    form = fields() | {"sender": str(cast.sakura.id), "draft": str(message.id)}
    assert client.post(MAIL, form).status_code == 404
