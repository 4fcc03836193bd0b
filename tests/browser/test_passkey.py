"""A passkey: set up in the settings, and the only thing needed to come in again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import PHONE
from tests.cast import PASSWORD, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_guardian_comes_in_with_a_passkey(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    context = browse(PHONE)
    phone = context.new_page()
    device = context.new_cdp_session(phone)  # Chromium's own authenticator in place of a finger
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    phone.goto("/accounts/login/")
    phone.get_by_label("メールアドレス").fill("kim@mail.example")
    phone.get_by_label("パスワード").fill(PASSWORD)
    phone.get_by_role("button", name="ログインする", exact=True).click()
    phone.wait_for_url("**/")
    phone.goto("/accounts/2fa/webauthn/add/")
    phone.get_by_label("パスワード").fill(PASSWORD)
    phone.locator("main button").first.click()
    phone.wait_for_url("**/webauthn/add/")
    phone.get_by_label("パスワードなしでログインする").check()
    phone.locator("#mfa_webauthn_add").click()
    phone.wait_for_url("**/recovery-codes/**")

    context.clear_cookies()
    phone.goto("/accounts/login/")
    phone.get_by_role("button", name="パスキーでログインする").click()
    phone.wait_for_url("**/")
    expect(phone.get_by_role("heading", name="お知らせ")).to_be_visible()
