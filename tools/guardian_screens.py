"""The pictures of the guardian app: every page on a phone, in Japanese and in Vietnamese.

A push service of our own stands on this machine in place of the browser's: it takes what the server has
encrypted for the phone, and the phone's service worker gets it.
"""

import json
import re
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from tests.family.push_service import Browser as Keys
from tests.family.push_service import PushService, push_service
from tools.camera import DESKTOP, PASSWORD, PHONE, Camera, enter

KIM = "kim@home.example"
LANGUAGES = ("ja", "vi")
LOCALES = {"ja": "ja-JP", "vi": "vi-VN"}
RECALLED = ".message-title a:not(:has([lang=ja]))"  # its title is the app's, not the school's
WHOLE = 2400  # pixels; nothing of the app is longer

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Mobile Safari/537.36"
ANDROID = {
    "ja": f"Mozilla/5.0 (Linux; Android 13; SOG06) {CHROME.format('126.0.0.0')}",
    "vi": f"Mozilla/5.0 (Linux; Android 12; SC-51B) {CHROME.format('124.0.0.0')}",
}
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
NO_PUSH = "delete window.PushManager"  # as Safari on an iPhone is, where the app is not on the home screen

# What the browser's own push service would have answered, with the address of ours.
SUBSCRIBED = """(() => {
    const made = %s;
    const is = () => localStorage.getItem("picture-subscribed") === "1";
    const mine = { ...made, options: {}, toJSON: () => made, unsubscribe: async () => true };
    PushManager.prototype.getSubscription = async () => is() ? mine : null;
    PushManager.prototype.subscribe = async () => {
        localStorage.setItem("picture-subscribed", "1");
        return mine;
    };
    Object.defineProperty(Notification, "permission", { get: () => is() ? "granted" : "default" });
    Notification.requestPermission = async () => "granted";
})()"""
FORBIDDEN = 'Object.defineProperty(Notification, "permission", { get: () => "denied" })'
PUSHED = """async (bytes) => {
    const event = new PushEvent("push", { data: new Uint8Array(bytes) });
    const work = [];
    event.waitUntil = (promise) => work.push(promise);
    self.dispatchEvent(event);
    await Promise.all(work);
}"""

JOINING = {
    "ja": ("中村 さくら", "nakamura@home.example"),
    "vi": ("Nguyễn Thị Lan", "lan@home.example"),
}


@dataclass(frozen=True)
class Demo:
    """Where the demo lies: its sheet to join with, its mails, and the push service we gave it."""

    data: Path
    mails: str
    pushes: PushService

    def sheet(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.data / "secrets" / "demo-sheet.json").read_text())
        return found

    def code_for(self, address: str) -> str:
        """The newest code that was mailed there."""
        for _ in range(100):
            with urllib.request.urlopen(f"{self.mails}/mails.json?q={address}") as answer:
                texts = [mail["text"] for mail in json.load(answer)]
            codes = [re.search(r"\b\d{6}\b", text) for text in texts]
            if codes and codes[0]:
                return codes[0][0]
            time.sleep(0.1)
        raise AssertionError(f"no code for {address}")


class Phone:
    """A guardian's phone in one language."""

    def __init__(self, camera: Camera, demo: Demo, language: str) -> None:
        self._camera, self._demo, self.language = camera, demo, language
        self._keys = Keys()
        self.page = self.another(user_agent=ANDROID[language], has_touch=True)
        address = f"{demo.pushes.url}/{language}{time.time_ns()}"
        self.page.add_init_script(SUBSCRIBED % self._keys.subscription(address))
        self.page.context.grant_permissions(["notifications"])
        device = self.page.context.new_cdp_session(self.page)
        device.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
        options |= {"hasUserVerification": True, "isUserVerified": True}
        device.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def another(self, size: tuple[int, int] = PHONE, **more: Any) -> Page:
        """A page of this language on another device."""
        page = self._camera.open(size, **{"locale": LOCALES[self.language], **more})
        cookie = {"name": "otayori_language", "value": self.language, "domain": "localhost", "path": "/"}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        return page

    def same_person(self, size: tuple[int, int], script: str = "", **more: Any) -> Page:
        """A page of who is signed in here, on another device."""
        page = self.another(size, **more)
        page.context.add_cookies(self.page.context.cookies())  # type: ignore[arg-type]
        if script:
            page.add_init_script(script)
        return page

    def take(self, name: str, page: Page | None = None, *, most: int = WHOLE) -> None:
        self._camera.take(page or self.page, f"guardian/{name}.{self.language}", most=most)

    def at(self, address: str, name: str = "", *, most: int = WHOLE) -> None:
        """Go there; with a name, keep a picture of it."""
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")
        if name:
            self.take(name, most=most)

    def press(self, selector: str, to: str = "") -> None:
        """Press what is there, and wait for the page it leads to."""
        self.page.locator(selector).first.click()
        if to:
            self.page.wait_for_url(to)
        self.page.wait_for_load_state("networkidle")

    def code(self, address: str) -> None:
        """Type the code that was mailed."""
        self.page.locator("[name=code]").fill(self._demo.code_for(address))

    def hear(self) -> None:
        """Give the service worker the last push that the server has sent here."""
        for _ in range(100):
            if self._demo.pushes.got:
                break
            self.page.wait_for_timeout(100)
        body = self._keys.decrypt(self._demo.pushes.got.pop())
        self.page.context.service_workers[0].evaluate(PUSHED, list(body))
        self.page.wait_for_timeout(500)


def guardian(camera: Camera, data: Path, mails: str) -> None:
    """Everything that guardians see; Kim is signed in with a phone in each language."""
    with push_service() as pushes:
        demo = Demo(data, mails, pushes)
        for language in LANGUAGES:
            joining(Phone(camera, demo, language), demo, *JOINING[language])
        phones = [Phone(camera, demo, language) for language in LANGUAGES]
        for part in (signing_in, inbox, notifications, reading, dates, ways, account, elsewhere, away, lost):
            for phone in phones:
                part(phone)


def joining(phone: Phone, demo: Demo, name: str, email: str) -> None:
    """From the sheet to the test notification, a passkey and the end."""
    sheet = demo.sheet()
    phone.at("/join/" + "a" * 26, "join-problem", most=0)
    phone.at("/join", "join-enter")
    phone.at(f"/join/{sheet['token']}", "join-1-sheet")
    phone.page.locator("[name=password]").fill(sheet["password"])
    phone.press(".form-actions button", "**/join/child")
    phone.take("join-2-child")
    phone.press(".form-actions button", "**/join/account")
    for field, text in (("name", name), ("email", email), ("password", "hidamari no himawari")):
        phone.page.locator(f"[name={field}]").fill(text)
    phone.page.locator("[name=relation]").first.check()
    phone.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    phone.take("join-3-account")
    phone.press(".form-actions button", "**/join/code")
    phone.code(email)
    phone.take("join-4-mail")
    phone.press(".form-actions button", "**/join/app")
    phone.page.wait_for_timeout(500)
    phone.take("join-5-notifications")
    phone.at("/join/passkey", "join-passkey")
    phone.at("/join/app")
    phone.press("[data-push-allow]")
    phone.hear()
    phone.take("join-5-arrived", most=0)
    phone.at("/join/done", "join-done")
    phone.page.context.close()


def signing_in(phone: Phone) -> None:
    phone.at("/accounts/password/reset/", "password-forgotten", most=0)
    phone.at("/accounts/login/", "sign-in")
    enter(phone.page, KIM)
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.page.wait_for_function("navigator.serviceWorker.controller !== null")


def inbox(phone: Phone) -> None:
    """What is new and important stands on top; filters; the languages."""
    phone.at("/", "inbox", most=0)
    phone.press(".language-switch summary")
    phone.take("languages", most=0)
    phone.at("/")
    phone.press(".filter-row li:nth-child(4) a")
    phone.take("inbox-filtered", most=0)


def notifications(phone: Phone) -> None:
    """Asking, allowed, tried; on an iPhone; where they were forbidden."""
    phone.at("/settings/notifications", "notifications")
    phone.press("[data-push-allow]")
    phone.page.locator("[data-push-state=on]").wait_for()
    phone.press("[data-push-test]")
    phone.hear()
    phone.take("notifications-on", most=0)
    iphone = phone.same_person(PHONE, NO_PUSH, user_agent=IPHONE, has_touch=True, service_workers="block")
    iphone.goto("/settings/notifications")
    iphone.wait_for_timeout(500)
    phone.take("notifications-iphone", iphone)
    forbidden = phone.same_person(PHONE, FORBIDDEN, user_agent=ANDROID[phone.language])
    forbidden.goto("/settings/notifications")
    forbidden.wait_for_timeout(500)
    phone.take("notifications-forbidden", forbidden, most=0)


def reading(phone: Phone) -> None:
    """Messages with dates, with a file, corrected, recalled, an emergency; what this device finds."""

    def opened(title: str, name: str) -> None:
        phone.at("/")
        phone.press(f".message-title a:has-text('{title}')" if title else RECALLED, "**/m/*")
        phone.page.wait_for_timeout(300)
        phone.take(name)

    opened("お子さまを迎えに来てください", "message-emergency")
    opened("個人面談の日程について", "message-dates")
    opened("3年学年だよりをお届けします", "message")
    phone.press(".file-list a", "**/files/*")
    phone.take("file", most=1400)
    opened("学校公開のご案内", "message-corrected")
    opened("", "message-recalled")
    phone.at("/")
    phone.press("[data-search-open]")
    phone.page.locator("#search-words").fill("上履き")
    phone.page.locator("[data-search-found] li").first.wait_for()
    phone.page.evaluate("document.activeElement.blur()")
    phone.take("search", most=0)


def dates(phone: Phone) -> None:
    """予定, and the address for the guardian's own calendar."""
    phone.at("/calendar", "calendar", most=1400)
    phone.at("/calendar/feed")
    if phone.page.locator("form[action$='/feed/stop']").count():
        phone.press("form[action$='/feed/stop'] button")
        phone.at("/calendar/feed")
    phone.take("calendar-feed")
    phone.press("form[action$='/feed/make'] button")
    phone.take("calendar-feed-made")
    phone.at("/calendar/feed", "calendar-feed-on")


def ways(phone: Phone) -> None:
    """The settings, and how messages reach this guardian."""
    phone.at("/settings", "settings")
    phone.at("/reach")
    phone.page.wait_for_timeout(500)
    phone.press("[data-try] button")
    phone.hear()
    phone.page.wait_for_timeout(300)
    phone.take("reach")
    phone.at("/settings/devices")
    phone.page.wait_for_timeout(500)
    phone.take("devices")
    here = phone.page.locator(".device:has([data-here]:visible)")
    links = [link.get_attribute("href") or "" for link in here.locator("a").all()]
    phone.at(links[0], "device-name", most=0)
    phone.at(links[1], "device-remove", most=0)
    phone.at("/settings/email", "email", most=0)
    address = f"kim.{phone.language}@work.example"
    phone.page.locator("[name=email]").fill(address)
    phone.press(".form-actions button", "**/settings/email/code")
    phone.code(address)
    phone.take("email-code", most=0)
    phone.at("/settings/quiet")
    for field, hour in (("quiet_from", "21"), ("quiet_until", "7")):
        phone.page.locator(f"[name={field}]").select_option(hour)
    phone.press(".form-actions button")
    phone.at("/settings/quiet", "quiet")


def account(phone: Phone) -> None:
    """The address for signing in, the password, passkeys, where one is signed in."""
    phone.at("/settings/account", "account", most=0)
    address = f"kim.{phone.language}@new.example"
    phone.page.locator("[name=email]").fill(address)
    phone.press(".form-actions button", "**/settings/account/code")
    phone.code(address)
    phone.take("account-code", most=0)
    phone.press(".form-actions button", "**/settings/account/proof")
    phone.take("account-proof")
    phone.at("/accounts/password/change/", "password", most=0)
    phone.at("/accounts/2fa/webauthn/add/")
    if phone.page.locator("[name=password]").count():
        phone.take("prove-again", most=0)
        phone.page.locator("[name=password]").fill(PASSWORD)
        phone.press("main .form-actions button")
    phone.take("passkey-add", most=0)
    phone.page.locator("[name=name]").fill(
        {"ja": "わたしのスマホ", "vi": "Điện thoại của tôi"}[phone.language]
    )
    phone.press("#mfa_webauthn_add")
    phone.page.wait_for_url("**/2fa/webauthn/")
    phone.take("passkeys", most=0)
    phone.at("/accounts/sessions/", "sessions", most=0)


def elsewhere(phone: Phone) -> None:
    """The same in the dark and on a PC; a page that is not there."""
    phone.at("/m/01890000-0000-7000-8000-000000000000", "not-found", most=0)
    for size, look, suffix in ((PHONE, "dark", "dark"), (DESKTOP, "light", "desktop")):
        page = phone.same_person(size, color_scheme=look, service_workers="block")
        page.goto("/")
        page.wait_for_load_state("networkidle")
        phone.take(f"inbox-{suffix}", page, most=0)
        page.locator(".message-list a:has-text('学校公開のご案内')").first.click()
        page.wait_for_load_state("networkidle")
        phone.take(f"message-{suffix}", page, most=0)
        page.context.close()


def away(phone: Phone) -> None:
    """Without network: the list, a message, a page that this device does not have."""
    phone.at("/")
    phone.page.context.set_offline(True)
    phone.page.goto("/")
    phone.page.wait_for_timeout(2500)
    phone.take("offline-inbox", most=0)
    phone.page.goto("/settings/quiet")
    phone.page.wait_for_timeout(1000)
    phone.take("offline", most=0)
    phone.page.context.set_offline(False)


def lost(phone: Phone) -> None:
    """A phone is reported lost; all others are signed out by it, so this comes last."""
    phone.at("/settings/lost")
    if "/login" in phone.page.url:
        enter(phone.page, KIM)
        phone.at("/settings/lost")
    phone.page.wait_for_timeout(500)
    here = phone.page.locator("[data-lost-here]")
    for choice in phone.page.locator("[name=device]").all():
        choice.check()
        if here.is_hidden():
            break
    phone.take("lost", most=0)
    phone.press(".form-actions button", "**/settings/lost/done")
    phone.take("lost-done", most=0)
