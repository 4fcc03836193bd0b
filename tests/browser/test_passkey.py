"""A passkey: set up in the settings, and the only thing needed to come in again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import PHONE
from tests.cast import PASSWORD, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(cast: Cast, browse: Callable[..., BrowserContext]) -> Page:
    """Kim's phone with Chromium's own authenticator in place of a finger, signed in by password."""
    page = browse(PHONE).new_page()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    by_password(page)
    return page


def by_password(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("メールアドレス").fill("kim@mail.example")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/")


def test_a_guardian_comes_in_with_a_passkey_or_without_it(phone: Page) -> None:
    phone.goto("/settings")
    phone.get_by_role("link", name="指紋や顔でログイン").click()
    phone.get_by_role("link", name="この端末で使えるようにする").click()
    phone.get_by_label("パスワード").fill(PASSWORD)
    phone.get_by_role("button", name="確かめる").click()
    phone.wait_for_url("**/webauthn/add/")
    expect(phone.get_by_role("link", name="設定").first).to_be_visible()  # still in the app
    phone.get_by_label("名前").fill("わたしのスマホ")
    phone.get_by_role("button", name="この端末で使えるようにする").click()
    phone.wait_for_url("**/2fa/webauthn/")
    expect(phone.get_by_role("heading", name="わたしのスマホ")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]

    phone.context.clear_cookies()
    phone.goto("/accounts/login/")
    phone.get_by_role("button", name="パスキーでログインする").click()
    phone.wait_for_url("**/")
    expect(phone.get_by_role("heading", name="お知らせ")).to_be_visible()

    phone.context.clear_cookies()  # the phone with the passkey is lost: the password alone is enough
    by_password(phone)
    expect(phone.get_by_role("heading", name="お知らせ")).to_be_visible()


def test_a_passkey_is_renamed_and_removed(phone: Page) -> None:
    phone.goto("/accounts/2fa/webauthn/add/")
    phone.get_by_label("パスワード").fill(PASSWORD)
    phone.get_by_role("button", name="確かめる").click()
    phone.get_by_role("button", name="この端末で使えるようにする").click()
    phone.wait_for_url("**/2fa/webauthn/")
    phone.get_by_role("link", name="名前を変える").click()
    phone.get_by_label("名前").fill("タブレット")
    phone.get_by_role("button", name="この名前にする").click()
    phone.get_by_role("link", name="外す").click()
    expect(phone.get_by_role("heading", name="「タブレット」のパスキーを外しますか")).to_be_visible()
    phone.get_by_role("button", name="外す").click()
    expect(phone.get_by_text("パスキーを外しました。")).to_be_visible()
    expect(phone.get_by_role("heading", name="タブレット")).to_have_count(0)
