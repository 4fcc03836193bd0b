"""The session runs out while somebody types: the text is there again after signing in, for them alone."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from otayori.accounts import interrupted
from otayori.messaging.models import Message
from tests.cast import PASSWORD, Cast
from tests.console.message_stories import draft, fields, whole

pytestmark = pytest.mark.django_db
NEW = "/console/messages/new"
NOTICE = "時間がたったため、もう一度ログインしていただきました。入力した内容は残っています。"


def typed(cast: Cast, client: Client, **words: str) -> dict[str, object]:
    """The form that was open when the session ended, with its hidden fields."""
    client.force_login(cast.suzuki)
    owner = client.get(NEW).context["owner"]
    client.logout()
    return fields(whole(cast.sakura), owner=owner, **words)


def sign_in(client: Client, address: str, email: str) -> None:
    assert client.post(address, {"login": email, "password": PASSWORD}).status_code == 302


def test_the_same_person_finds_the_text_again(client: Client, cast: Cast) -> None:
    form = typed(cast, client, text="長い長い文章")
    response = client.post(f"{NEW}?from={cast.sakura.id}", form)
    assert response.status_code == 302
    assert "/accounts/login/" in response.headers["Location"]
    sign_in(client, response.headers["Location"], "suzuki@school.example")
    page = client.get(f"{NEW}?from={cast.sakura.id}").content.decode()
    assert NOTICE in page
    assert "長い長い文章" in page
    assert f'value="{whole(cast.sakura).key}" id="id_to_0" checked' in page
    assert "長い長い文章" not in client.get(NEW).content.decode()  # given back once
    assert not Message.objects.exists()


def test_somebody_else_at_the_same_computer_finds_nothing(client: Client, cast: Cast) -> None:
    response = client.post(NEW, typed(cast, client, text="秘密の文"))
    sign_in(client, response.headers["Location"], "sato@school.example")
    assert "秘密の文" not in client.get(NEW).content.decode()
    client.post("/accounts/logout/")
    sign_in(client, "/accounts/login/", "suzuki@school.example")
    assert "秘密の文" not in client.get(NEW).content.decode()


def test_a_count_by_script_keeps_the_text_of_the_page(client: Client, cast: Cast) -> None:
    form = typed(cast, client, text="数えている間に切れた")
    message = draft(cast.suzuki, cast.sakura)
    here = reverse("console:draft", args=[message.id])
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{here}?check=1"}
    response = client.post(reverse("console:audience_count"), form, headers=headers)
    assert response.status_code == 401
    sign_in(client, response.headers["HX-Redirect"], "suzuki@school.example")
    assert "数えている間に切れた" not in client.get(NEW).content.decode()  # it belongs to the draft's page
    assert "数えている間に切れた" in client.get(here).content.decode()


def test_what_lies_in_the_session_is_sealed(client: Client, cast: Cast) -> None:
    client.post(NEW, typed(cast, client, text="sealed-plaintext"))
    assert client.session["interrupted"]["path"] == NEW
    assert all("sealed-plaintext" not in str(s.get_decoded()) for s in Session.objects.all())


@pytest.mark.parametrize("owner", ["", "forged:token", "x"])
def test_without_an_owner_nothing_is_kept(client: Client, cast: Cast, owner: str) -> None:
    client.post(NEW, typed(cast, client) | {"owner": owner})
    assert "interrupted" not in client.session


def test_far_too_much_is_not_kept(client: Client, cast: Cast) -> None:
    form = typed(cast, client, text="あ" * interrupted.MOST_BYTES)
    assert client.post(NEW, form).status_code == 302
    assert "interrupted" not in client.session


def test_the_form_passes_the_csrf_check_after_the_session_ended(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.suzuki)
    page = browser.get(NEW)
    form = fields(whole(cast.sakura), owner=page.context["owner"], text="残る文")
    form["csrfmiddlewaretoken"] = str(page.context["csrf_token"])
    del browser.cookies["otayori_session"]
    response = browser.post(NEW, form)
    assert "/accounts/login/" in response.headers["Location"]
    assert browser.session["interrupted"]["path"] == NEW
