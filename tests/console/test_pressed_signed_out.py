"""A button pressed after the session ran out: it is said that nothing was done, and one is led back."""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.messaging.models import Message
from tests.cast import PASSWORD, Cast
from tests.console.message_stories import draft, seen_on_confirm, whole

pytestmark = pytest.mark.django_db
HERE = "http://testserver"


def press(client: Client, message: Message, stood_on: str) -> str:
    """Press "send" with a session that is over; returns where one goes on after signing in."""
    client.force_login(message.author)
    seen = {"seen": seen_on_confirm(client, message)}
    client.logout()
    address = reverse("console:release", args=[message.id])
    asked = client.post(address, seen, headers={"Referer": stood_on}).headers["Location"]
    assert "いまの操作はまだ行われていません。" in client.get(asked).content.decode()
    answer = client.post(asked, {"login": message.author.email, "password": PASSWORD})
    return str(answer.headers["Location"])


def test_who_pressed_too_late_is_led_back_to_the_page(client: Client, cast: Cast) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    page = reverse("console:confirm", args=[message.id])
    assert press(client, message, f"{HERE}{page}") == page
    assert client.get(page).status_code == 200
    assert Message.objects.get().state == "draft"


def test_nobody_is_led_elsewhere(client: Client, cast: Cast) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    assert press(client, message, "https://elsewhere.example/trap").startswith("/console/")
