"""A guardian chooses another language: what the phone has kept speaks it too."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import PHONE
from tests.browser.guardian_phone import cut_off, kept, open_app, wait_for
from tests.cast import Cast
from tests.family.paper import send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_was_kept_before_speaks_the_new_language(
    cast: Cast, client: Client, browse: Callable[..., BrowserContext], live_server: Any
) -> None:
    picnic = send(cast.sakura, cast.suzuki, cast.haru, title="遠足のお知らせ")
    swimming = send(cast.sakura, cast.suzuki, cast.haru, title="水泳のお知らせ")
    client.force_login(cast.kim.user)
    phone = open_app(browse(PHONE), client, live_server.url)
    for message in (picnic, swimming):
        phone.goto(f"/m/{message.id}")
        expect(phone.get_by_role("button", name="印刷する")).to_be_visible()
        for _ in range(100):
            if f"/m/{message.id}" in kept(phone):
                break
            phone.wait_for_timeout(50)
    phone.goto("/")
    phone.locator(".language-switch summary").click()
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_role("link", name="Settings")).to_be_visible()
    wait_for(phone, "device.get('language').then((language) => language === 'en')")

    phone.goto(f"/m/{picnic.id}")
    expect(phone.get_by_role("button", name="Print")).to_be_visible()
    expect(phone.get_by_role("heading", name="遠足のお知らせ")).to_be_visible()

    cut_off(phone)  # better in the old language than not at all
    phone.goto(f"/m/{swimming.id}")
    expect(phone.get_by_role("heading", name="水泳のお知らせ")).to_be_visible()
