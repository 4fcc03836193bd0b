"""Dates of messages on a guardian's phone: into the own calendar, by day, and as an address for it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar
from playwright.sync_api import BrowserContext, expect

from otayori.messaging.models import CalendarFeed
from tests.browser.conftest import PHONE
from tests.browser.guardian_phone import cut_off, open_app
from tests.cast import Cast
from tests.family.days import written
from tests.family.paper import send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_date_goes_into_the_calendar_and_all_of_them_under_an_address(
    browse: Callable[..., BrowserContext], live_server: Any, cast: Cast, client: Client
) -> None:
    send(cast.sakura, cast.sato, cast.haru, title="学習発表会", text=f"{written(3)} 10:00〜12:00です。")
    client.force_login(cast.kim.user)
    phone = open_app(browse(PHONE), client, live_server.url)
    phone.click("text=学習発表会")
    with phone.expect_download() as saved:
        phone.get_by_role("link", name="予定に入れる").click()
    assert saved.value.suggested_filename.endswith(".ics")
    (event,) = Calendar.from_ical(saved.value.path().read_bytes()).walk("VEVENT")
    assert event["SUMMARY"] == "学習発表会（桜小学校）"

    phone.get_by_role("link", name="予定", exact=True).click()
    expect(phone.get_by_role("heading", name="予定", exact=True)).to_be_visible()
    expect(phone.get_by_text("10:00〜12:00")).to_be_visible()
    cut_off(phone)
    phone.reload()
    expect(phone.get_by_text("10:00〜12:00")).to_be_visible()
    phone.context.set_offline(False)

    phone.get_by_role("link", name="いつものカレンダーで見る").click()
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    phone.get_by_role("button", name="アドレスを作る").click()
    address = phone.locator("#feed-address").inner_text()
    phone.get_by_role("button", name="アドレスをコピーする").click()
    expect(phone.get_by_role("button", name="コピーしました")).to_be_visible()
    assert phone.evaluate("navigator.clipboard.readText()") == address
    assert phone.get_by_role("link", name="カレンダーに入れる").get_attribute("href") == (
        address.replace("http:", "webcal:")
    )
    path = address.removeprefix(live_server.url)
    assert "学習発表会" in Client().get(path).content.decode()
    assert phone.evaluate(
        "path => caches.match(path).then((kept) => kept === undefined)", "/calendar/feed/make"
    )

    phone.get_by_role("link", name="いつものカレンダーで見る").click()
    phone.get_by_role("button", name="アドレスを使えなくする").click()
    expect(phone.get_by_text("カレンダーのアドレスを使えなくしました。")).to_be_visible()
    assert not CalendarFeed.objects.exists()
    assert Client().get(path).status_code == 404
