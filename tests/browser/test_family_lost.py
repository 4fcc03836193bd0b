"""A phone on which the session was ended from elsewhere: what it keeps goes as soon as it hears of that."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import BrowserContext, expect

from otayori.delivery.channels.webpush.payload import render
from tests.browser.conftest import PHONE
from tests.browser.guardian_phone import content, deliver, kept, open_app, wait_for
from tests.cast import Cast
from tests.family.paper import send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_lost_phone_forgets_its_messages_when_one_of_them_is_opened(
    browse: Callable[..., BrowserContext], live_server: Any, cast: Cast, client: Client
) -> None:
    """As the page for a lost phone promises; a kept message opens without asking the server first."""
    client.force_login(cast.kim.user)
    phone = open_app(browse(PHONE), client, live_server.url)
    first = send(cast.sakura, cast.suzuki, cast.haru, title="休校", text="あしたは休校です。")
    second = send(cast.sakura, cast.suzuki, cast.haru, title="遠足", text="遠足は金曜日です。")
    for message in (first, second):
        deliver(phone, render(content(message)))
    assert f"/m/{second.id}" in kept(phone)
    Session.objects.all().delete()
    phone.goto(f"/m/{first.id}")
    wait_for(phone, "caches.open('pages-1').then((cache) => cache.keys()).then((all) => all.length === 0)")
    phone.goto(f"/m/{second.id}")
    expect(phone.get_by_role("heading", name="ログイン")).to_be_visible()
    expect(phone.get_by_text("遠足は金曜日です。")).to_have_count(0)
