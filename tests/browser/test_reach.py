"""「お知らせは届きますか」 on a phone: what the device finds out, tells, and does about it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from otayori.delivery import endpoints, test_push
from otayori.delivery.models import Endpoint
from tests.browser.conftest import PHONE
from tests.browser.guardian_phone import deliver, open_app
from tests.cast import Cast
from tests.family.push_service import Browser, push_service

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# No push service answers this browser here: the subscription is the one that the server has.
SUBSCRIBED = """(address) => {
    const mine = { endpoint: address, options: {}, toJSON: () => ({ endpoint: address }) };
    PushManager.prototype.getSubscription = async () => (window.unsubscribed ? null : mine);
}"""
DENIED = "Object.defineProperty(Notification, 'permission', { get: () => 'denied' })"
ANDROID = (
    "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def phone(browse: Callable[..., BrowserContext], live_server: Any, cast: Cast, client: Client) -> Page:
    """Kim's phone, with notifications allowed."""
    client.force_login(cast.kim.user)
    return open_app(browse(PHONE), client, live_server.url)


def subscribe(page: Page, cast: Cast, browser: Browser, url: str) -> Endpoint:
    """As if she had allowed notifications here before."""
    raw = browser.subscription(url)
    found = endpoints.subscribe(cast.kim, raw, device="Android の Chrome", vapid=test_push.public_key())
    page.add_init_script(f"({SUBSCRIBED})('{url}'); localStorage.setItem('otayori-push', '{url}')")
    return found


def test_a_test_counts_when_it_has_arrived_on_this_device(phone: Page, cast: Cast) -> None:
    browser = Browser()
    with push_service() as service:
        subscribe(phone, cast, browser, service.url)
        phone.goto("/reach")
        expect(phone.get_by_text("お知らせは届きます（この端末の通知とメール）")).to_be_visible()
        expect(phone.get_by_text("まだ届いていません", exact=True)).to_be_visible()
        phone.click("text=テスト通知を送る")
        expect(phone.get_by_text("届くのを待っています")).to_be_visible()
        expect(phone.locator("[data-try] button")).to_have_attribute("aria-busy", "false")
        deliver(phone, browser.decrypt(service.got[0]))
    expect(phone.get_by_text("テスト通知が、この端末に届きました。")).to_be_visible()


def test_a_device_whose_notifications_were_switched_off_says_so_and_what_to_do(
    phone: Page, cast: Cast
) -> None:
    with push_service() as service:
        mine = subscribe(phone, cast, Browser(), service.url)
    phone.add_init_script(DENIED)
    phone.add_init_script(f"Object.defineProperty(navigator, 'userAgent', {{ get: () => '{ANDROID}' }})")
    with phone.expect_response("**/reach/report"):
        phone.goto("/")
    mine.refresh_from_db()
    assert (mine.state, mine.code) == ("disabled", "permission")
    expect(phone.get_by_text("この端末の通知が止まっています。")).to_be_visible()
    phone.click("[data-reach-off] a")
    expect(phone.get_by_text("メールだけで届きます")).to_be_visible()
    expect(phone.locator("[data-help]:visible")).to_have_attribute("data-help", "android-denied")
    phone.goto("/")
    expect(phone.get_by_text("この端末の通知が止まっています。")).to_be_hidden()  # it was read


def test_who_never_had_notifications_here_is_left_in_peace(phone: Page) -> None:
    phone.add_init_script(DENIED)
    phone.goto("/")
    phone.wait_for_load_state("networkidle")
    expect(phone.get_by_text("この端末の通知が止まっています。")).to_be_hidden()


def test_the_help_fits_the_device(phone: Page) -> None:
    base = {"browser": "chrome", "inApp": "", "standalone": False, "canPush": True, "permission": "denied"}
    table: list[tuple[dict[str, object], str]] = [
        ({"os": "android", "permission": "granted"}, ""),
        ({"os": "android"}, "android-denied"),
        ({"os": "android", "permission": "default"}, "ask"),
        ({"os": "android", "inApp": "line"}, "in-app"),
        ({"os": "ios", "browser": "safari", "canPush": False}, "ios-home"),
        ({"os": "ios", "standalone": True}, "ios-denied"),
        ({"os": "ios", "standalone": True, "canPush": False}, "unsupported"),
        ({"os": "mac", "browser": "safari"}, "mac-denied"),
        ({"os": "mac"}, "desktop-denied"),
        ({"os": "desktop", "browser": "firefox"}, "desktop-denied"),
        ({"os": "desktop", "browser": "", "canPush": False}, "unsupported"),
    ]
    found = phone.evaluate(
        """async (cases) => {
            const { helpFor } = await import('/static/family/reach_help.js');
            return cases.map(helpFor);
        }""",
        [base | case for case, _ in table],
    )
    assert found == [name for _, name in table]
    said = phone.evaluate(
        """async (cases) => {
            const { stateOf } = await import('/static/family/reach_report.js');
            return cases.map(([before, permission, subscribed]) =>
                stateOf({ before, permission, subscribed }));
        }""",
        [["x", "granted", True], ["x", "granted", False], ["x", "denied", False], ["", "denied", False]],
    )
    assert said == ["on", "gone", "permission", "never"]


def test_an_iphone_is_led_to_the_home_screen(phone: Page) -> None:
    phone.add_init_script(f"Object.defineProperty(navigator, 'userAgent', {{ get: () => '{IPHONE}' }})")
    phone.add_init_script("delete PushManager")
    phone.goto("/reach")
    expect(phone.locator("[data-help]:visible")).to_have_attribute("data-help", "ios-home")
    expect(phone.get_by_text("ホーム画面から開いていません")).to_be_visible()
