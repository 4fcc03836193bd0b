"""What no app of ours sends, but somebody may: it is answered, not stumbled over."""

from typing import Any

import pytest
from django.contrib import messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client, RequestFactory
from django.urls import reverse

from otayori.family import app
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name", ["push_which", "push_unsubscribe", "push_test", "reach_device", "reach_report"]
)
def test_what_is_no_address_is_refused(cast: Cast, client: Client, name: str) -> None:
    client.force_login(cast.kim.user)
    for odd in ('"\\ud800"', "5", "null", '""', "[" * 100_000):
        body = f'{{"endpoint": {odd}, "id": {odd}, "why": "gone"}}'
        answer = client.post(reverse(f"family:{name}"), body, content_type="application/json")
        assert answer.status_code == 400, odd[:20]


def test_a_page_of_five_thousand_digits_is_the_last_one(cast: Cast, client: Client) -> None:
    client.force_login(cast.kim.user)
    assert client.get("/", {"page": "9" * 5000}).status_code == 200


def test_pages_kept_on_the_device_hold_nothing_that_is_told_once(cast: Cast, rf: RequestFactory) -> None:
    for page in (app.offline, app.message_shell):
        request: Any = rf.get("/")
        request.user, request.session = cast.kim.user, {}
        request._messages = FallbackStorage(request)
        messages.success(request, "メールアドレスを追加しました。")
        assert "追加しました" not in page(request).content.decode()
        assert len(request._messages) == 1  # the next page tells it


def test_who_has_the_address_is_warned_in_their_own_language(
    cast: Cast, client: Client, mailoutbox: list[EmailMessage]
) -> None:
    cache.clear()
    cast.yamada.user.language = "en"
    cast.yamada.user.save()
    client.force_login(cast.kim.user)
    client.post(reverse("family:account"), {"email": cast.yamada.user.email})
    (warned,) = mailoutbox
    assert warned.to == [cast.yamada.user.email]
    assert "おたよりで" not in warned.body
