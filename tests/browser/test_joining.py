"""Joining on a phone: from the scan to the test notification; and what the phone keeps meanwhile."""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.mail import EmailMessage
from playwright.sync_api import BrowserContext, Locator, Page, expect

from otayori.accounts.models import User
from otayori.roster.models import Guardianship
from tests.browser.conftest import PHONE
from tests.browser.guardian_phone import deliver, shown
from tests.browser.test_accessibility import EVERYTHING, RUN
from tests.cast import Cast
from tests.family.paper import NEW_PASSWORD, hand_out
from tests.family.push_service import Browser, PushService, push_service

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The browser's own push service is far away: a subscription to one on this machine takes its place.
SUBSCRIBED = """(() => {
    const made = %s;
    let mine = null;
    PushManager.prototype.getSubscription = async () => mine;
    PushManager.prototype.subscribe = async () => {
        mine = { ...made, options: {}, toJSON: () => made, unsubscribe: async () => true };
        return mine;
    };
    Object.defineProperty(Notification, "permission", { get: () => mine ? "granted" : "default" });
    Notification.requestPermission = async () => "granted";
})()"""


class Mother:
    """Who joins, with her phone; counts what she is asked to do."""

    def __init__(self, phone: Page) -> None:
        self.phone = phone
        self.pages: list[str] = []
        self.typed = self.taps = 0
        phone.on("domcontentloaded", self._look)

    def _look(self, page: Page) -> None:
        self.pages.append(urlsplit(page.url).path)

    def type(self, label: str, text: str) -> None:
        self.phone.get_by_label(label).fill(text)
        self.typed += 1

    def tap(self, name: str) -> None:
        self.phone.get_by_role("button", name=name).click()
        self.taps += 1


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


def code_in(mailbox: list[EmailMessage]) -> str:
    (code,) = re.findall(r"\b\d{6}\b", str(mailbox[-1].body))
    return str(code)


def barriers(page: Page) -> list[str]:
    """What axe finds on a page that only somebody who joins gets to see."""
    page.evaluate(Axe().axe_script)
    return [f"{urlsplit(page.url).path} {line}" for line in page.evaluate(RUN, EVERYTHING)]


def to_the_account(phone: Page, cast: Cast, found: list[str] | None = None) -> None:
    _, secrets = hand_out(cast.rin)
    look = (lambda: found.extend(barriers(phone))) if found is not None else (lambda: None)
    phone.goto(f"/join/{secrets.token}")
    look()
    phone.get_by_label("パスワード").fill(secrets.password)
    phone.get_by_role("button", name="次へ進む").click()
    phone.wait_for_url("**/join/child")
    look()
    phone.get_by_role("button", name="はい、次へ進む").click()
    phone.wait_for_url("**/join/account")
    look()


def test_from_the_scan_to_the_test_notification(
    cast: Cast,
    browse: Callable[..., BrowserContext],
    mailoutbox: list[EmailMessage],
    service: PushService,
) -> None:
    _, secrets = hand_out(cast.rin)
    keys, context = Browser(), browse(PHONE)
    context.grant_permissions(["notifications"])
    phone = context.new_page()
    phone.add_init_script(SUBSCRIBED % keys.subscription(service.url))
    mother, began = Mother(phone), time.monotonic()
    phone.goto(f"/join/{secrets.token}")
    expect(phone.get_by_text("手順 1／5：手順書")).to_be_visible()
    mother.type("登録手順書のパスワード", secrets.password.lower())
    mother.tap("次へ進む")
    expect(phone.get_by_text("I.R.")).to_be_visible()
    mother.tap("はい、次へ進む")
    mother.type("保護者のお名前", "伊藤 桜")
    phone.get_by_label("母", exact=True).check()
    mother.taps += 1
    mother.type("メールアドレス", "ito@mail.example")
    mother.type("これから使うパスワード", NEW_PASSWORD)
    mother.tap("確認コードを送る")
    expect(phone.get_by_label("確認コード")).to_be_focused()
    mother.type("確認コード", code_in(mailoutbox))
    mother.tap("登録する")
    mother.tap("通知を許可する")
    expect(phone.get_by_text("テスト通知を送りました")).to_be_visible()
    deliver(phone, keys.decrypt(service.got[0]))
    expect(phone.get_by_text("この端末に通知が届きました")).to_be_visible()
    print(f"\nscan to test notification, by a machine: {time.monotonic() - began:.1f} s")  # noqa: T201
    assert [one["title"] for one in shown(phone)] == ["【重要】おたより"]
    expect(phone.get_by_role("heading", name="これで終わりです")).to_be_focused()
    steps = ["password", "child", "account", "code", "app"]
    assert mother.pages == [f"/join/{step}" for step in steps]
    assert (mother.typed, mother.taps) == (5, 6)
    phone.get_by_role("link", name="お知らせを見る").click()
    expect(phone.get_by_text("お知らせはまだありません")).to_be_visible()


def filled(phone: Page) -> dict[str, Locator]:
    words = {"name": "伊藤 桜", "email": "ito@mail.example", "password": NEW_PASSWORD}
    fields = {name: phone.locator(f"input[name={name}]") for name in words}
    for name, field in fields.items():
        field.fill(words[name])
    phone.locator("input[name=relation]").first.check()
    return fields


def test_nothing_typed_is_lost_and_nothing_is_sent_twice(
    cast: Cast, browse: Callable[..., BrowserContext], mailoutbox: list[EmailMessage]
) -> None:
    phone = browse(PHONE).new_page()
    to_the_account(phone, cast)
    fields = filled(phone)
    phone.locator(".language-switch summary").click()
    phone.get_by_role("button", name="English").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    expect(fields["name"]).to_have_value("伊藤 桜")
    expect(fields["email"]).to_have_value("ito@mail.example")
    expect(phone.locator("input[name=relation]").first).to_be_checked()
    expect(fields["password"]).to_have_value("")  # passwords are not kept anywhere
    fields["password"].fill(NEW_PASSWORD)

    phone.route("**/health", lambda route: route.abort())  # the server is away
    send = phone.locator(".form-actions button")
    send.click()
    expect(phone.locator("[data-unreached]")).to_be_visible()
    expect(fields["password"]).to_have_value(NEW_PASSWORD)
    phone.unroute("**/health")
    send.dblclick()
    phone.wait_for_url("**/join/code")
    phone.locator("input[name=code]").fill(code_in(mailoutbox))
    phone.locator(".form-actions button").first.dblclick()
    phone.wait_for_url("**/join/app")
    assert len(mailoutbox) == 1
    assert Guardianship.objects.filter(student=cast.rin).count() == 1
    expect(phone.locator("[data-push-state]:visible")).to_have_count(1)
    assert "ito" not in json.dumps(phone.evaluate("({ ...sessionStorage, ...localStorage })"))
    phone.go_back()
    phone.wait_for_url("**/join/app")


def test_a_passkey_made_while_joining_is_the_one_tap_of_the_next_sign_in(
    cast: Cast, browse: Callable[..., BrowserContext], mailoutbox: list[EmailMessage]
) -> None:
    found: list[str] = []
    context = browse(PHONE)
    phone = context.new_page()
    finger = context.new_cdp_session(phone)
    finger.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True}
    finger.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    to_the_account(phone, cast, found)
    filled(phone)
    phone.get_by_role("button", name="確認コードを送る").click()
    phone.wait_for_url("**/join/code")
    found += barriers(phone)
    phone.get_by_label("確認コード").fill(code_in(mailoutbox))
    phone.get_by_role("button", name="登録する").click()
    phone.get_by_role("link", name="あとで許可する").click()
    phone.get_by_role("link", name="指紋や顔でログインできるようにする").click()
    phone.wait_for_url("**/join/passkey")
    found += barriers(phone)
    assert not found
    phone.get_by_role("button", name="設定する").click()
    phone.wait_for_url("**/join/app")
    context.clear_cookies()
    phone.goto("/accounts/login/")
    phone.get_by_role("button", name="パスキーでログインする").click()
    phone.wait_for_url(lambda address: "login" not in address)
    assert User.objects.by_email("ito@mail.example")
    assert phone.goto("/join/done").status == 200  # type: ignore[union-attr]


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 13; Pixel 6) AppleWebKit/537.36 (KHTML, like Gecko)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
CHROME = "Chrome/120.0 Mobile Safari/537.36"
FIREFOX = "Mozilla/5.0 (Android 13; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0"
PHONES = [
    (f"{IPHONE} Version/17.0 Mobile/15E148 Safari/604.1", "ios safari - ios"),
    (f"{IPHONE} CriOS/120.0 Mobile/15E148 Safari/604.1", "ios chrome - ios-other"),
    (f"{IPHONE} Mobile/15E148 Safari Line/13.1.0", "ios safari line ios"),
    (f"{IPHONE} Mobile/15E148 Instagram 300.0", "ios - instagram ios"),
    (f"{IPHONE} Mobile/15E148 YJApp-IOS jp.co.yahoo.ipn.appli/4.5", "ios - yahoo ios"),
    (f"{IPHONE} Mobile/15E148", "ios - other ios"),
    (f"{MAC} Version/17.0 Safari/605.1.15", "ios safari - ios"),  # an iPad calls itself a Mac
    (f"{ANDROID} {CHROME}", "android chrome - android"),
    (f"{ANDROID} SamsungBrowser/23.0 {CHROME}", "android samsung - android"),
    (FIREFOX, "android firefox - android"),
    (f"{ANDROID} Version/4.0 {CHROME} Line/13.1.0/IAB", "android chrome line android"),
]
# user agent, fingers, on the home screen; then device, browser, in which app, how to install
DEVICES = [
    *((agent, 5, False, told) for agent, told in PHONES),
    (f"{IPHONE} Mobile/15E148", 5, True, "ios - - ios"),
    (f"{MAC} Version/17.0 Safari/605.1.15", 0, False, "mac safari - mac"),
    (f"{WINDOWS} AppleWebKit/537.36 {CHROME} Edg/120.0", 0, False, "desktop edge - desktop"),
    (f"{WINDOWS} Gecko/20100101 Firefox/121.0", 0, False, "desktop firefox - -"),
]


def test_each_device_is_known_by_its_name(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    page = browse(PHONE).new_page()
    page.goto("/join")
    told = page.evaluate(
        """async (devices) => {
            const { whichDevice, wayToInstall } = await import("/static/family/which_device.js");
            return devices.map(([userAgent, touchPoints, standalone]) => {
                const one = whichDevice({ userAgent, touchPoints, standalone });
                const words = [one.os, one.browser, one.inApp, wayToInstall(one)];
                return words.map((word) => word || "-").join(" ");
            });
        }""",
        [list(device[:3]) for device in DEVICES],
    )
    assert told == [device[3] for device in DEVICES]


INSTAGRAM = f"{ANDROID} Version/4.0 {CHROME} Instagram 280.0"


@pytest.mark.parametrize(
    ("agent", "seen"),
    [
        (f"{IPHONE} Mobile/15E148 Safari Line/13.1.0", "ブラウザーで開く"),
        (
            f"{ANDROID} Version/4.0 Chrome/120.0 Mobile Safari/537.36 Instagram 280.0",
            "この画面のアドレスをコピーする",
        ),
    ],
)
def test_inside_another_app_the_way_out_keeps_the_place(
    cast: Cast, browse: Callable[..., BrowserContext], chromium: Any, live_server: Any, agent: str, seen: str
) -> None:
    _, secrets = hand_out(cast.rin)
    inside = chromium.new_context(user_agent=agent, viewport=PHONE, locale="ja-JP", base_url=live_server.url)
    page = inside.new_page()
    page.goto(f"/join/{secrets.token}")
    expect(page.get_by_text("ほかのアプリの中で開いています")).to_be_visible()
    expect(page.get_by_text(seen, exact=True)).to_be_visible()
    browser = browse(PHONE).new_page()
    browser.goto(page.url)  # what 「ブラウザーで開く」 opens
    expect(browser.get_by_label("登録手順書のパスワード")).to_be_visible()
    page.get_by_label("登録手順書のパスワード").fill(secrets.password)  # or she goes on inside
    page.get_by_role("button", name="次へ進む").click()
    expect(page.get_by_text("I.R.")).to_be_visible()
    inside.close()
