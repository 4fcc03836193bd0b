"""The guardian app in a real browser: a push carries the page, and it opens without network."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from otayori.delivery.channels.webpush.payload import render
from otayori.messaging.models import Message, Recipient
from tests.browser.conftest import PHONE
from tests.browser.guardian_phone import content, cut_off, deliver, open_app, shown
from tests.cast import Cast
from tests.family.paper import send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = "あしたは休校です。\n[[title]] <img src=x onerror=alert(1)> https://sakura.example/a?b=1&c=2をご覧ください。"


@pytest.fixture
def phone(browse: Callable[..., BrowserContext], live_server: Any, cast: Cast, client: Client) -> Page:
    """Kim's phone, with the service worker in charge."""
    client.force_login(cast.kim.user)
    return open_app(browse(PHONE), client, live_server.url)


def is_read(message: Message, cast: Cast) -> bool:
    return Recipient.objects.get(message=message, guardian=cast.kim).read_at is not None


def wait_until_read(page: Page, message: Message, cast: Cast) -> None:
    for _ in range(100):
        if is_read(message, cast):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the receipt did not come")


def test_a_push_opens_without_network_and_its_receipt_comes_later(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.suzuki, cast.haru, title="休校 <b>", text=TEXT, urgency="emergency")
    deliver(phone, render(content(message)))
    assert shown(phone) == [
        {
            "title": "【緊急】桜小学校", "body": "休校 <b>", "tag": str(message.id), "stays": True,
            "data": {"path": f"/m/{message.id}"},
        }
    ]  # fmt: skip
    cut_off(phone)
    phone.goto(f"/m/{message.id}")
    assert phone.locator("h1").inner_text() == "休校 <b>"
    assert phone.locator(".message-text").inner_text() == TEXT
    assert phone.locator(".message-text a").get_attribute("href") == "https://sakura.example/a?b=1&c=2"
    assert phone.locator(".message-text img").count() == 0
    assert phone.locator(".banner-emergency").is_visible()
    assert phone.get_by_text("通信できません。保存したお知らせを表示しています").is_visible()
    assert not is_read(message, cast)
    phone.context.set_offline(False)
    wait_until_read(phone, message, cast)


def test_the_inbox_and_what_was_read_open_without_network(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足", text="水筒を持ってきてください。")
    unseen = send(
        cast.sakura, cast.sato, cast.haru, title="見ていない", at=timezone.now() - timedelta(days=1)
    )
    phone.goto("/")
    phone.click("text=遠足")
    phone.wait_for_load_state()
    cut_off(phone)
    phone.goto("/")
    assert phone.get_by_text("遠足").is_visible()
    phone.click("text=遠足")
    assert phone.get_by_text("水筒を持ってきてください。").is_visible()
    assert phone.evaluate("fetch('/static/family/app.js').then((answer) => answer.ok)")
    phone.goto(f"/m/{unseen.id}")
    assert phone.get_by_role("heading", name="通信できません").is_visible()
    assert is_read(message, cast)


def test_a_later_push_takes_the_place_of_the_first(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    deliver(phone, render(content(message)))
    deliver(phone, render(content(message, title="訂正：運動会は行います", text="晴れました。")))
    assert [one["body"] for one in shown(phone)] == ["訂正：運動会は行います"]
    cut_off(phone)
    phone.goto(f"/m/{message.id}")
    assert phone.get_by_text("晴れました。").is_visible()


def test_a_push_about_a_dead_mail_address_leads_to_the_settings(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, urgency="important")
    notice = content(message, url="https://otayori.example/settings", sender="おたより", title="届きません")
    deliver(phone, render(notice))
    deliver(phone, render(notice))
    assert shown(phone) == [
        {
            "title": "【重要】おたより", "body": "届きません", "tag": "settings", "stays": False,
            "data": {"path": "/settings"},
        }
    ]  # fmt: skip
    assert phone.evaluate("caches.match('/settings').then((page) => page === undefined)")
    phone.goto("/settings")
    assert phone.locator(".way-address").inner_text() == "kim@mail.example"


def test_a_push_that_can_not_be_read_still_says_that_something_came(phone: Page) -> None:
    deliver(phone, b"\x07 from another time")
    assert [one["body"] for one in shown(phone)] == ["お知らせが届きました。開いて確かめてください。"]


def test_chromium_wakes_the_worker_for_a_push(phone: Page) -> None:
    """The whole way through the browser's own push code, with bytes that text can carry."""
    session: CDPSession = phone.context.new_cdp_session(phone)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    phone.wait_for_timeout(200)
    origin = phone.url.rstrip("/")
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": found[0], "data": "plain text"},
    )
    phone.wait_for_function(
        "navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.length === 1)"
    )


def test_signing_out_leaves_nothing_on_the_device(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    deliver(phone, render(content(message)))
    phone.goto("/settings")
    phone.click("text=ログアウトする")
    phone.wait_for_url("**/accounts/login/")
    assert (
        phone.evaluate("caches.keys().then((all) => all.filter((name) => name.startsWith('pages-')))") == []
    )
    phone.goto(f"/m/{message.id}")
    assert "/accounts/login/" in phone.url
    cut_off(phone)
    phone.goto(f"/m/{message.id}")
    assert phone.get_by_role("heading", name="通信できません").is_visible()


def test_another_guardian_on_the_same_phone_does_not_find_the_pages_of_the_first(
    phone: Page, cast: Cast, client: Client
) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    deliver(phone, render(content(message)))
    client.force_login(cast.yamada.user)
    context: BrowserContext = phone.context
    context.add_cookies(
        [{"name": "otayori_session", "value": client.cookies["otayori_session"].value, "url": phone.url}]
    )
    phone.goto("/settings")
    phone.wait_for_function(f"caches.match('/m/{message.id}').then((kept) => kept === undefined)")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("delete PushManager", "このブラウザーは通知に対応していません"),
        (
            "Object.defineProperty(Notification, 'permission', { get: () => 'denied' })",
            "通知が止められています",
        ),
        (
            "delete PushManager; Object.defineProperty(navigator, 'userAgent', { get: () => 'iPhone' })",
            "ホーム画面に追加すると通知を受け取れます",
        ),
        ("", "通知を許可すると、お知らせがすぐに"),
    ],
)
def test_the_steps_fit_what_the_device_can_do(phone: Page, script: str, words: str) -> None:
    phone.add_init_script(script)
    phone.goto("/settings/notifications")
    expect(phone.get_by_text(words)).to_be_visible()
    expect(phone.locator("[data-push-state]:visible")).to_have_count(1)
