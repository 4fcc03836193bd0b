"""The settings at phone size: this device is known, tried, removed; a lost phone; typing without network."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from otayori.core.ids import new_id
from otayori.delivery.channels.webpush.payload import render
from otayori.delivery.models import Endpoint
from otayori.delivery.parcel import Content, Urgency
from tests.browser.conftest import PHONE
from tests.browser.guardian_phone import deliver, open_app
from tests.browser.test_accessibility import _looks
from tests.cast import PASSWORD, Cast
from tests.family.push_service import Browser, push_service

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The browser's own push service can't be reached from here: what it would have given the page.
SUBSCRIBED = """subscription => {
    PushManager.prototype.getSubscription = async () => sessionStorage.getItem("gone") ? null : {
        ...subscription, toJSON: () => subscription, options: {},
        unsubscribe: async () => { sessionStorage.setItem("gone", "1"); return true; },
    };
}"""

# How many pages the app keeps on the device.
KEPT = """async () => (await Promise.all((await caches.keys()).filter((name) => name.startsWith("pages-"))
    .map(async (name) => (await (await caches.open(name)).keys()).length))).reduce((a, b) => a + b, 0)"""


def open_phone(browse: Callable[..., BrowserContext], url: str, client: Client, push: str = "") -> Page:
    context = browse(PHONE)
    if push:
        context.add_init_script(f"({SUBSCRIBED})({push})")
    return open_app(context, client, url)


def signed_in(email: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return client


def live(cast: Cast) -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(guardian=cast.kim, channel="webpush", state="active")


def test_this_device_is_known_tried_named_and_removed(
    cast: Cast, browse: Callable[..., BrowserContext], live_server: Any, settings: Any
) -> None:
    settings.OTAYORI_PUSH_HOSTS = ("http://127.0.0.1",)
    with push_service() as service:
        browser = Browser()
        kim = signed_in("kim@mail.example")
        phone = open_phone(browse, live_server.url, kim, browser.subscription(service.url))
        expect_known(cast, phone)
        phone.goto("/settings")
        phone.get_by_role("link", name="通知を受け取る端末").click()
        expect(phone.get_by_text("この端末", exact=True)).to_be_visible()
        found = list(_looks(phone, "devices"))

        phone.get_by_role("button", name="テスト通知を送る").click()
        expect(phone.get_by_text("数秒で、この端末に届きます")).to_be_visible()
        assert len(service.got) == 1
        deliver(phone, render(a_test_push()))
        expect(phone.get_by_text("この端末に通知が届きました")).to_be_visible()
        phone.get_by_role("button", name="テスト通知を送る").click()  # again, if she likes
        expect(phone.get_by_text("数秒で、この端末に届きます")).to_be_visible()

        phone.get_by_role("link", name="名前を変える").click()
        phone.get_by_label("端末の名前").fill("お母さんのスマホ")
        found += _looks(phone, "name")
        phone.get_by_role("button", name="この名前にする").click()
        expect(phone.get_by_role("heading", name="お母さんのスマホ")).to_be_visible()

        phone.get_by_role("link", name="外す お母さんのスマホ").click()
        expect(phone.get_by_text("いま使っている、この端末です")).to_be_visible()
        found += _looks(phone, "remove")
        phone.get_by_role("button", name="外す").click()
        expect(phone.get_by_text("通知先から外しました。")).to_be_visible()
        phone.goto("/")  # the app does not register it again by itself
        phone.wait_for_load_state("networkidle")
        assert not live(cast).exists()
    assert not found, "\n".join(found)


def expect_known(cast: Cast, phone: Page) -> None:
    """The app tells the server of the subscription as it is opened again."""
    phone.goto("/")
    for _ in range(100):
        if live(cast).exists():
            return
        phone.wait_for_timeout(50)
    raise AssertionError("the subscription did not come")


def a_test_push() -> Content:
    url = "https://otayori.example/settings/notifications"
    return Content(
        batch_id=new_id(), language="ja", urgency=Urgency.IMPORTANT, sender="おたより", title="テスト通知",
        text="", mail_title="", mail_text="", url=url, settings_url=url, sent_at=timezone.now(),
    )  # fmt: skip


def test_a_lost_phone_is_stopped_from_another(
    cast: Cast, browse: Callable[..., BrowserContext], live_server: Any, settings: Any
) -> None:
    settings.OTAYORI_PUSH_HOSTS = ("push.example",)
    there = Browser().subscription("https://push.example/lost")
    lost = open_phone(browse, live_server.url, signed_in("kim@mail.example"), there)
    expect_known(cast, lost)
    phone = open_phone(browse, live_server.url, signed_in("kim@mail.example"))
    phone.goto("/settings")
    phone.get_by_role("link", name="スマートフォンをなくしたとき").click()
    phone.get_by_label("Linux の Chrome").check()
    phone.get_by_role("button", name="通知を止めて、ログアウトさせる").click()
    expect(phone.get_by_role("heading", name="なくした端末を止めました")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert not live(cast).exists()
    assert lost.evaluate(KEPT) > 0
    lost.goto("/")
    expect(lost.get_by_role("heading", name="ログイン")).to_be_visible()
    for _ in range(100):
        if lost.evaluate(KEPT) == 0:
            break
        lost.wait_for_timeout(50)
    assert lost.evaluate(KEPT) == 0  # what it kept is gone


def test_what_was_typed_outlives_a_lost_network(
    cast: Cast, browse: Callable[..., BrowserContext], live_server: Any
) -> None:
    phone = open_phone(browse, live_server.url, signed_in("kim@mail.example"))
    phone.goto("/settings/account")
    phone.get_by_label("新しいメールアドレス").fill("soyeon@mail.example")
    phone.context.set_offline(True)
    phone.get_by_role("button", name="確認コードを送る").click()
    expect(phone.get_by_text("入力した内容は残っています")).to_be_visible()
    phone.goto("/settings/account")  # she opens it again: the app's page for no network
    expect(phone.get_by_role("heading", name="通信できません")).to_be_visible()
    phone.context.set_offline(False)
    phone.goto("/settings/account")
    expect(phone.get_by_label("新しいメールアドレス")).to_have_value("soyeon@mail.example")
    phone.get_by_role("button", name="確認コードを送る").click()
    phone.wait_for_url("**/settings/account/code")
    assert phone.evaluate("Object.keys(sessionStorage).length") == 0  # an answer came
    phone.get_by_role("link", name="メールアドレスを入れ直す").click()
    expect(phone.get_by_label("新しいメールアドレス")).to_have_value("")


def test_the_text_on_the_lock_screen_is_this_devices_choice(
    cast: Cast, browse: Callable[..., BrowserContext], live_server: Any
) -> None:
    phone = open_phone(browse, live_server.url, signed_in("kim@mail.example"))
    phone.goto("/settings")
    choice = phone.get_by_label("この端末の待ち受け画面に本文を出す")
    expect(choice).not_to_be_checked()
    choice.check()
    phone.reload()
    expect(choice).to_be_checked()
    assert phone.context.service_workers[0].evaluate(
        "typeof device === 'undefined' || device.get('lockText')"
    )
    phone.set_viewport_size({"width": 320, "height": 640})
    assert phone.evaluate("document.documentElement.scrollWidth") == 320


def test_account_pages_and_a_dead_address_are_for_everybody(
    cast: Cast, browse: Callable[..., BrowserContext], live_server: Any
) -> None:
    Endpoint.objects.filter(guardian=cast.kim, channel="email").update(state="disabled", code="bounce 5.7.1")
    phone = open_phone(browse, live_server.url, signed_in("kim@mail.example"))
    found = []
    for page in (
        "/settings/email", "/settings/lost/done", "/accounts/password/change/", "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/", "/accounts/sessions/", "/accounts/2fa/",
    ):  # fmt: skip
        phone.goto(page)
        found += _looks(phone, page)
    assert not found, "\n".join(found)
