"""A message opens from the phone alone: nobody is asked before its words are on the screen."""

from collections.abc import Iterator
from datetime import timedelta
from time import time
from typing import Any

import pytest
from django.core.signals import request_started
from django.test import Client
from django.test.testcases import QuietWSGIRequestHandler
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from otayori.delivery.channels.webpush.payload import render
from otayori.delivery.parcel import Kind
from otayori.messaging.models import AttachmentOpening, Message, Recipient
from tests.browser.conftest import PHONE
from tests.browser.guardian_phone import (
    content,
    cut_off,
    deliver,
    in_worker,
    kept,
    nothing_waits,
    open_app,
    shown,
    wait_for,
)
from tests.cast import Cast
from tests.family.paper import attach, correct, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BAND = "通信できません。保存したお知らせを表示しています"
LONG = "あしたは8:15に校庭へ集まってください。水筒とお弁当を持たせてください。\n"


@pytest.fixture
def asked() -> Iterator[list[tuple[float, str]]]:
    """What the server is asked for, and when (milliseconds since 1970)."""
    requests: list[tuple[float, str]] = []

    def note(environ: dict[str, Any], **_more: Any) -> None:
        requests.append((time() * 1000, environ["PATH_INFO"]))

    request_started.connect(note)
    yield requests
    request_started.disconnect(note)


def at_once(page: Page) -> None:
    """Let nothing be put off by chance."""
    in_worker(page, "() => { Math.random = () => 0; }")


def grow_old(page: Page, path: str) -> None:
    """Make what is kept of a page eleven minutes old."""
    script = """async (path) => {
        const page = await lookUp(path);
        const headers = new Headers(page.headers);
        headers.set(KEPT, String(Date.now() - 11 * 60 * 1000));
        await put(path, new Response(await page.text(), { headers }));
    }"""
    in_worker(page, script, path)


def start_push(page: Page, payload: bytes) -> None:
    """Give the worker a push without waiting for all it does about it."""
    script = """(bytes) => {
        const event = new PushEvent("push", { data: new Uint8Array(bytes) });
        event.waitUntil = () => {};
        self.dispatchEvent(event);
    }"""
    in_worker(page, script, list(payload))


def row(message: Message, cast: Cast) -> Recipient:
    return Recipient.objects.get(message=message, guardian=cast.kim)


class OneRequest(QuietWSGIRequestHandler):
    """Answers one request and hangs up."""

    def handle(self) -> None:
        self.close_connection = True
        self.handle_one_request()


def test_nobody_is_asked_before_the_words_are_on_the_screen(
    phone: Page, cast: Cast, asked: list[tuple[float, str]]
) -> None:
    """Statics included; afterwards the phone tells that it was read, and that is all."""
    message = send(cast.sakura, cast.suzuki, cast.haru, title="休校", text="あしたは休校です。")
    deliver(phone, render(content(message)))
    phone.close()
    asked.clear()
    page = phone.context.new_page()
    page.goto(f"/m/{message.id}")
    expect(page.get_by_text("あしたは休校です。")).to_be_visible()
    expect(page.get_by_text(BAND)).to_be_hidden()
    nothing_waits(page)
    painted = page.evaluate(
        "performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    assert [path for at, path in asked if at <= painted] == []
    assert {path for _at, path in asked} - {"/sw.js", "/manifest.webmanifest"} == {"/queue"}
    assert row(message, cast).read_at is not None


def test_everything_is_there_when_the_server_is_gone(
    chromium: Browser, live_server: Any, cast: Cast, client: Client
) -> None:
    server = LiveServer("localhost")  # one that may stop, and keeps no connections
    server.thread.httpd.RequestHandlerClass = OneRequest
    client.force_login(cast.kim.user)
    context = chromium.new_context(viewport=PHONE, locale="ja-JP", base_url=server.url)  # type: ignore[arg-type]
    phone = open_app(context, client, server.url)
    message = send(cast.sakura, cast.suzuki, cast.haru, title="休校", text="あしたは休校です。")
    unknown = send(cast.sakura, cast.sato, cast.haru)
    deliver(phone, render(content(message)))
    phone.goto("/")
    wait_for(phone, "caches.match('/').then((page) => page !== undefined)")
    server.stop()
    phone.goto(f"/m/{message.id}")
    expect(phone.get_by_text("あしたは休校です。")).to_be_visible()
    expect(phone.get_by_text(BAND)).to_be_hidden()  # a kept message claims nothing about the network
    phone.goto("/")
    expect(phone.get_by_text("休校")).to_be_visible()
    expect(phone.get_by_text(BAND)).to_be_visible()
    phone.goto(f"/m/{unknown.id}")
    expect(phone.get_by_role("heading", name="通信できません")).to_be_visible()
    context.close()


def test_the_list_says_nothing_of_a_network_that_is_only_slow(phone: Page, cast: Cast) -> None:
    send(cast.sakura, cast.sato, cast.haru, title="遠足")
    phone.goto("/")
    wait_for(phone, "caches.match('/').then((page) => page !== undefined)")
    in_worker(phone, "() => { self.fetch = () => new Promise(() => {}); }")  # no answer, and no error either
    phone.goto("/")
    expect(phone.get_by_text("遠足")).to_be_visible()
    assert phone.locator("meta[name=otayori-served]").get_attribute("content") == "store"
    expect(phone.get_by_text(BAND)).to_be_hidden()


def test_a_copy_that_is_old_is_renewed_behind_what_is_shown(
    phone: Page, cast: Cast, asked: list[tuple[float, str]]
) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="集合", text="集合は8:15です。")
    path = f"/m/{message.id}"
    deliver(phone, render(content(message)))
    correct(message, cast.sato, text="集合は8:45です。")
    phone.goto(path)
    nothing_waits(phone)
    expect(phone.get_by_text("集合は8:15です。")).to_be_visible()
    assert path not in {one for _at, one in asked}
    phone.goto("/")
    grow_old(phone, path)
    phone.goto(path)
    expect(phone.locator(".message-text")).to_have_text("集合は8:45です。")
    nothing_waits(phone)
    assert row(message, cast).read_version == 2


def test_what_is_no_longer_for_this_family_goes_once_the_server_says_so(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, text="もう読めません。")
    path = f"/m/{message.id}"
    deliver(phone, render(content(message)))
    Recipient.objects.all().delete()
    grow_old(phone, path)
    phone.goto(path)
    expect(phone.get_by_text("もう読めません。")).to_have_count(0)
    assert path not in kept(phone)


def test_the_rest_of_a_long_text_comes_as_soon_as_it_is_opened(phone: Page, cast: Cast) -> None:
    text = "".join(f"{number} {LONG}" for number in range(40))
    message = send(cast.sakura, cast.sato, cast.haru, text=text)
    payload = render(content(message, text=text), limit=1000)
    in_worker(phone, "() => { globalThis.later = () => new Promise(() => {}); }")
    start_push(phone, payload)  # the rest is to come in a while, which here never ends
    wait_for(phone, f"caches.match('/m/{message.id}').then((page) => page !== undefined)")
    phone.goto(f"/m/{message.id}")
    expect(phone.get_by_text("39 あしたは")).to_be_visible()
    expect(phone.get_by_text("続きを読む")).to_have_count(0)
    nothing_waits(phone)
    assert row(message, cast).read_at is not None


def test_the_map_of_an_emergency_opens_without_network(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.suzuki, cast.haru, title="引き渡し", urgency="emergency")
    file = attach(message, "引き渡し場所.pdf", pages=2)
    path = f"/m/{message.id}/files/{file.id}"
    listed = [{"id": str(file.id), "name": file.name, "kind": "pdf", "size": file.size}]
    at_once(phone)
    deliver(phone, render(content(message, files=listed)))
    assert kept(phone)[-3:] == [path, f"{path}/pages/1", f"{path}/pages/2"]
    assert not AttachmentOpening.objects.exists()  # nobody has opened it yet
    cut_off(phone)
    phone.goto(f"/m/{message.id}")
    phone.get_by_role("link", name="引き渡し場所.pdf").click()
    expect(phone.get_by_text("水筒、お弁当")).to_be_visible()
    for number in (1, 2):
        phone.get_by_alt_text(f"{number}ページ目").scroll_into_view_if_needed()
    wait_for(
        phone, "[...document.querySelectorAll('.page-picture')].every((one) => one.naturalWidth === 420)"
    )
    phone.context.set_offline(False)
    nothing_waits(phone)
    assert AttachmentOpening.objects.get().user == cast.kim.user
    recalled = content(message, kind=Kind.RECALL, version=2, title="お知らせの取り消し", text="宛先の誤り")
    deliver(phone, render(recalled))
    phone.wait_for_url(f"**/m/{message.id}")  # the open file gives way to what is left of it
    expect(phone.get_by_role("heading", name="お知らせの取り消し")).to_be_visible()
    assert [one for one in kept(phone) if one.startswith(f"/m/{message.id}")] == [f"/m/{message.id}"]


def test_other_files_are_not_fetched_ahead(phone: Page, cast: Cast) -> None:
    at_once(phone)
    for urgency, size in (("important", 1000), ("normal", 1000), ("emergency", 3_000_000)):
        message = send(cast.sakura, cast.suzuki, cast.haru, urgency=urgency)
        listed = [{"id": str(attach(message).id), "name": "x", "kind": "pdf", "size": size}]
        deliver(phone, render(content(message, files=listed)))
        assert kept(phone)[-1] == f"/m/{message.id}", urgency


def test_the_text_stands_on_the_lock_screen_where_it_is_wanted(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.suzuki, cast.haru, title="引き渡し", text=LONG * 5, urgency="emergency")
    deliver(phone, render(content(message)))
    assert [one["body"] for one in shown(phone)] == ["引き渡し"]
    phone.evaluate("device.set('lockText', true)")
    deliver(phone, render(content(message)))
    (notice,) = shown(phone)
    title, _, text = notice["body"].partition("\n")
    assert (title, len(text), text[-1]) == ("引き渡し", 121, "…")
    assert text.startswith("あしたは8:15に校庭へ集まってください。")
    deliver(phone, render(content(message, kind=Kind.RECALL, version=2, title="取り消し", text="宛先の誤り")))
    assert [(one["body"], one["stays"]) for one in shown(phone)] == [("お知らせの取り消し", False)]


def test_what_can_wait_comes_as_one_notification_where_that_is_wanted(phone: Page, cast: Cast) -> None:
    phone.evaluate("device.set('digest', true)")
    trip = send(cast.sakura, cast.sato, cast.haru, title="遠足")
    leak = send(cast.sakura, cast.sato, cast.haru, title="山田さんの集金", urgency="leaflet")
    storm = send(cast.sakura, cast.suzuki, cast.haru, title="休校", urgency="emergency")
    deliver(phone, render(content(trip)))
    assert [one["body"] for one in shown(phone)] == ["新しいお知らせが1件あります\n遠足"]
    for message in (leak, leak, storm):
        deliver(phone, render(content(message)))
    digest, emergency = sorted(shown(phone), key=lambda one: str(one["tag"]) != "digest")
    assert (digest["title"], digest["data"]["path"]) == ("おたより", "/")
    assert digest["body"] == "新しいお知らせが2件あります\n山田さんの集金\n遠足"
    assert (emergency["title"], emergency["body"]) == ("【緊急】桜小学校", "休校")
    deliver(phone, render(content(leak, kind=Kind.RECALL, version=2, title="取り消し", text="宛先の誤り")))
    assert "山田" not in str(shown(phone))
    assert "新しいお知らせが2件あります\nお知らせの取り消し\n遠足" in [one["body"] for one in shown(phone)]


def test_a_phone_without_room_still_tells_and_opens(phone: Page, cast: Cast) -> None:
    """No database, and the cache is full: the notification comes, and the page is the network's."""
    message = send(
        cast.sakura, cast.suzuki, cast.haru, title="休校", text="あしたは休校です。", at=timezone.now()
    )
    full = """() => {
        Cache.prototype.put = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
        const none = { get: () => { throw new DOMException("no", "SecurityError"); } };
        Object.defineProperty(self, "indexedDB", none);
    }"""
    in_worker(phone, full)
    deliver(phone, render(content(message)))
    assert [one["body"] for one in shown(phone)] == ["休校"]
    phone.goto(f"/m/{message.id}")
    expect(phone.get_by_text("あしたは休校です。")).to_be_visible()
    assert row(message, cast).read_at is not None


def test_room_is_made_for_a_new_message(phone: Page, cast: Cast) -> None:
    old = send(cast.sakura, cast.sato, cast.haru, at=timezone.now() - timedelta(days=1))
    new = send(cast.sakura, cast.suzuki, cast.haru, text="あしたは休校です。")
    deliver(phone, render(content(old)))
    once = """() => {
        const put = Cache.prototype.put;
        Cache.prototype.put = () => {
            Cache.prototype.put = put;
            return Promise.reject(new DOMException("full", "QuotaExceededError"));
        };
    }"""
    in_worker(phone, once)
    deliver(phone, render(content(new)))
    assert f"/m/{new.id}" in kept(phone)
    assert f"/m/{old.id}" not in kept(phone)


def test_a_phone_that_was_cleared_by_its_system_is_whole_again_at_the_next_start(
    phone: Page, cast: Cast
) -> None:
    message = send(cast.sakura, cast.suzuki, cast.haru, text="あしたは休校です。")
    phone.evaluate(
        """async () => {
            for (const name of await caches.keys()) await caches.delete(name);
            localStorage.clear();
            await new Promise((done) => { indexedDB.deleteDatabase("otayori").onsuccess = done; });
        }"""
    )
    phone.goto("/")
    wait_for(phone, "device.get('guardian').then((me) => Boolean(me))")
    deliver(phone, render(content(message)))
    phone.goto(f"/m/{message.id}")
    expect(phone.get_by_text("あしたは休校です。")).to_be_visible()
    nothing_waits(phone)
    assert row(message, cast).read_at is not None
    cut_off(phone)
    phone.reload()
    expect(phone.get_by_text("あしたは休校です。")).to_be_visible()
    assert phone.evaluate("getComputedStyle(document.querySelector('.bottom-nav')).position") == "fixed"
