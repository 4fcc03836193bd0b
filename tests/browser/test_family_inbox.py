"""The inbox on a phone: looking for something without network, what is kept ahead, narrow screens, paper."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from otayori.delivery.channels.webpush.payload import render
from otayori.delivery.parcel import Kind
from otayori.messaging.models import Message, Recipient
from tests.browser.conftest import PHONE
from tests.browser.guardian_phone import content, cut_off, deliver, open_app
from tests.cast import Cast
from tests.family.paper import attach, correct, recall, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Xinchàocácbạnphụhuynhhọcsinhtrườngtiểuhọc" * 3


@pytest.fixture
def phone(browse: Callable[..., BrowserContext], live_server: Any, cast: Cast, client: Client) -> Page:
    """Kim's phone, with the service worker in charge."""
    client.force_login(cast.kim.user)
    return open_app(browse(PHONE), client, live_server.url)


def look(page: Page, name: str) -> None:
    """Leave a picture where somebody asked for them."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def wait_for(page: Page, script: str) -> None:
    """Wait until a script says true; playwright's own way of asking twice is stopped by our policy."""
    for _ in range(200):
        if page.evaluate(script):
            return
        page.wait_for_timeout(50)
    raise AssertionError(script)


def open_message(page: Page, message: Message) -> None:
    page.goto(f"/m/{message.id}")
    wait_for(page, f"caches.match('/m/{message.id}').then((kept) => kept !== undefined)")


def find(page: Page, words: str) -> None:
    page.get_by_label("お知らせを探す").fill(words)


def test_what_the_device_has_kept_is_found_without_network(phone: Page, cast: Cast) -> None:
    text = "雨のときは<b>体育館</b>です。\n\n" + "あ" * 200 + "\n集合はグラウンドの南門です。"
    run = send(cast.sakura, cast.sato, cast.haru, title="運動会 <i>", text=text, urgency="important")
    both = send(None, cast.tanaka, cast.haru, cast.jun, title="区展のご案内", text="グラウンドは使えません。")
    gone = send(cast.sakura, cast.sato, cast.haru, title="取り消すもの", text="グラウンド")
    unseen = send(cast.sakura, cast.sato, cast.haru, title="開いていない", text="グラウンド")
    recall(gone, cast.suzuki)
    for message in (run, both, gone):
        open_message(phone, message)
    phone.goto("/")
    cut_off(phone)
    phone.goto("/")
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.get_by_role("button", name="探す").click()
    expect(phone.get_by_label("お知らせを探す")).to_be_focused()
    expect(phone.get_by_text("この端末に保存されているお知らせから探します（2件）。")).to_be_visible()
    expect(phone.get_by_role("link", name="開いていない")).to_be_visible()  # the list stays until one looks
    find(phone, "ｸﾞﾗｳﾝﾄﾞ")
    expect(phone.get_by_role("status").filter(has_text="見つかったお知らせ：2件")).to_be_visible()
    expect(phone.locator("[data-search-found] .message-title-text")).to_have_text(
        ["区展のご案内", "運動会 <i>"]
    )
    expect(phone.locator("[data-search-found] mark")).to_have_text(["グラウンド", "グラウンド"])
    first = phone.locator("[data-search-found] li").first
    expect(first.locator(".child")).to_have_text(["キム ハル", "キム ジュン"])
    expect(phone.locator("[data-list]")).to_be_hidden()
    expect(phone.get_by_role("link", name=unseen.title)).to_have_count(0)
    look(phone, "search")
    assert Axe().run(phone).violations_count == 0
    find(phone, "ぐらうんど　南門")
    expect(phone.locator("[data-search-found] li")).to_have_count(1)
    expect(phone.locator("[data-search-found] .urgency")).to_have_text("重要")
    find(phone, "体育館</b>")  # as it was written, never as HTML
    expect(phone.locator("[data-search-found] mark")).to_have_text(["体育館</b>"])
    find(phone, "水泳")
    expect(phone.get_by_text("見つかりませんでした")).to_be_visible()
    expect(phone.get_by_text("見つかったお知らせ：0件")).to_be_visible()
    look(phone, "search-nothing")
    find(phone, "運動会")
    phone.get_by_role("link", name="運動会").click()
    expect(phone.get_by_role("heading", name="運動会 <i>")).to_be_visible()
    phone.go_back()
    expect(phone.get_by_label("お知らせを探す")).to_have_value("運動会")  # what was looked for is still there
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("button", name="探す")).to_be_focused()
    expect(phone.get_by_role("link", name="開いていない")).to_be_visible()
    assert not [url for url in asked if "%" in url or "?" in url]  # nobody is told what was looked for


def test_a_quiet_device_keeps_what_is_in_the_list_once_a_day_and_nobody_has_read_it(
    phone: Page, cast: Cast
) -> None:
    before = timezone.now() - timedelta(hours=1)
    first = send(cast.sakura, cast.sato, cast.haru, title="遠足", at=before)
    second = send(cast.sakura, cast.sato, cast.haru, title="面談", at=before - timedelta(hours=1))
    phone.goto("/")
    fetch_ahead = "import('/static/family/fetch_ahead.js').then(() => true)"
    assert phone.evaluate(fetch_ahead)
    for message in (first, second):
        wait_for(phone, f"caches.match('/m/{message.id}').then((kept) => kept !== undefined)")
    assert not Recipient.objects.filter(read_at__isnull=False).exists()
    third = send(cast.sakura, cast.sato, cast.haru, title="給食", at=before)
    asked: list[str] = []
    phone.goto("/")
    phone.on("request", lambda request: asked.append(request.url))
    assert phone.evaluate(fetch_ahead)
    phone.evaluate("new Promise((done) => requestIdleCallback(done))")
    assert phone.evaluate(f"caches.match('/m/{third.id}').then((kept) => kept === undefined)")
    cut_off(phone)
    phone.goto(f"/m/{second.id}")
    expect(phone.get_by_role("heading", name="面談")).to_be_visible()


def test_a_page_that_is_not_kept_offers_those_that_are(phone: Page, cast: Cast) -> None:
    earlier = timezone.now() - timedelta(hours=1)
    read = send(cast.sakura, cast.sato, cast.haru, title="遠足", urgency="emergency", at=earlier)
    pushed = send(cast.kashiwa, cast.kobayashi, cast.jun, title="面談 <b>", urgency="important")
    other = send(cast.sakura, cast.sato, cast.haru, title="給食")
    open_message(phone, read)
    deliver(phone, render(content(pushed)))
    cut_off(phone)
    phone.goto(f"/m/{other.id}")
    expect(phone.get_by_role("heading", name="通信できません")).to_be_visible()
    expect(phone.locator("[data-kept] .message-title-text")).to_have_text(["面談 <b>", "遠足"])
    expect(phone.locator("[data-kept] .urgency")).to_have_text(["重要", "緊急"])
    look(phone, "offline")
    phone.get_by_role("link", name="遠足").click()
    expect(phone.get_by_role("heading", name="遠足")).to_be_visible()
    phone.goto(f"/m/{other.id}")
    expect(phone.locator("[data-kept]")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.get_by_role("heading", name="給食")).to_be_visible()  # opened anew by itself


def test_nothing_is_wider_than_a_small_phone_with_very_large_text(phone: Page, cast: Cast) -> None:
    words = {"title": f"{LONG} のお知らせ", "text": f"{LONG}\n{'https://sakura.example/' + 'a' * 80}"}
    both = send(None, cast.tanaka, cast.haru, cast.jun, urgency="emergency", **words)
    attach(both, f"{LONG}.pdf")
    send(cast.sakura, cast.sato, cast.haru, urgency="important", title="重要なお知らせ")
    corrected = send(cast.sakura, cast.sato, cast.haru, **words)
    correct(corrected, cast.sato, text=f"{LONG}。", note=LONG)
    recall(send(cast.sakura, cast.sato, cast.haru), cast.suzuki, reason=LONG)
    phone.goto("/")
    look(phone, "inbox")
    phone.set_viewport_size({"width": 320, "height": 640})
    for path in (
        "/",
        "/?child=1",
        "/?child=1&kind=normal",
        f"/m/{both.id}",
        f"/m/{corrected.id}",
        "/offline",
    ):
        phone.goto(path)
        for size in ("", "largest", "200%"):
            phone.evaluate(
                "(size) => { size.endsWith('%') ? document.documentElement.style.fontSize = size"
                " : document.documentElement.dataset.text = size; }",
                size,
            )
            wide = phone.evaluate("document.documentElement.scrollWidth")
            assert wide <= 320, (path, size, wide)
            look(phone, f"small-{path.strip('/').replace('/', '-')[:8]}-{size}")


def test_a_message_is_printed_and_its_size_chosen_by_a_tap(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足", text="水筒を持ってきてください。")
    phone.add_init_script("window.print = () => { document.body.dataset.printed = 'yes'; }")
    open_message(phone, message)
    phone.get_by_role("button", name="印刷する").click()
    expect(phone.locator("[data-printed]")).to_have_count(1)
    phone.get_by_text("文字の大きさ").click()
    phone.get_by_role("button", name="とても大きい").click()
    expect(phone.locator("html[data-text=largest]")).to_have_count(1)
    look(phone, "message-largest")
    cut_off(phone)
    phone.goto(f"/m/{message.id}")  # this copy was kept before the size was chosen
    expect(phone.locator("html[data-text=largest]")).to_have_count(1)
    phone.emulate_media(media="print")
    for gone in (".bottom-nav", ".message-tools", ".back", ".offline-band", ".family-top"):
        expect(phone.locator(gone)).to_be_hidden()
    for there in (".message-sender", ".message-from time", ".message-who .child", ".message-text"):
        expect(phone.locator(there)).to_be_visible()


def test_what_was_opened_without_network_is_read_in_the_list_of_this_device(phone: Page, cast: Cast) -> None:
    opened = send(cast.sakura, cast.sato, cast.haru, title="遠足")
    corrected = correct(send(cast.sakura, cast.sato, cast.haru, title="面談"), cast.sato, text="新しい本文")
    phone.goto("/")
    wait_for(phone, "caches.match('/').then((kept) => kept !== undefined)")
    cut_off(phone)
    phone.evaluate(
        """async (told) => {
            await import("/static/family/device.js");
            for (const [id, version] of told) {
                await device.queue.add({ key: `receipt:${id}`, kind: "receipt", data: { id, version } });
            }
        }""",
        [[str(opened.id), 1], [str(corrected.id), 1]],  # of the second the old words
    )
    phone.goto("/")
    expect(phone.locator(".is-unread .message-title-text")).to_have_text(["面談"])
    expect(phone.locator(".unread")).to_have_count(1)


def test_the_kept_list_tells_nothing_of_a_recalled_message(phone: Page, cast: Cast) -> None:
    leak = send(cast.sakura, cast.suzuki, cast.haru, title="就学援助の山田さん", urgency="important")
    attach(leak)
    phone.goto("/")
    wait_for(phone, "caches.match('/').then((kept) => kept !== undefined)")
    words = {"title": "お知らせの取り消し", "text": "宛先を間違えました。"}
    deliver(phone, render(content(leak, kind=Kind.RECALL, version=2, **words)))
    cut_off(phone)
    phone.goto("/")
    line = phone.locator("[data-list] li.message-item")
    expect(line.locator(".message-title-text")).to_have_text("お知らせの取り消し")
    expect(line.locator(".urgency, .message-files")).to_have_count(0)
    expect(line.locator(".unread")).to_have_text("未読")
