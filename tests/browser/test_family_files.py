"""Files, recalls and corrections on a phone: with network, without, and when pushes come out of order."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from otayori.delivery.channels.webpush.payload import render
from otayori.delivery.parcel import Kind
from otayori.messaging.models import AttachmentOpening, Message, Recipient
from tests.browser.conftest import PHONE
from tests.browser.guardian_phone import content, cut_off, deliver, kept, open_app, shown, wait_for
from tests.cast import Cast
from tests.family.paper import attach, correct, recall, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEAK = {"title": "就学援助の山田さん", "text": "口座番号は次のとおりです。"}
REASON = "別のご家庭あての内容でした。"


@pytest.fixture
def phone(browse: Callable[..., BrowserContext], live_server: Any, cast: Cast, client: Client) -> Page:
    """Kim's phone, with the service worker in charge."""
    client.force_login(cast.kim.user)
    return open_app(browse(PHONE), client, live_server.url)


@pytest.fixture
def leak(cast: Cast) -> Message:
    """What must not be read, with a file."""
    message = send(cast.sakura, cast.suzuki, cast.haru, urgency="important", **LEAK)
    attach(message, "名簿.pdf", text="山田 葵")
    return message


def recalled(message: Message, **fields: Any) -> bytes:
    """The push of a recall, which holds nothing of the message."""
    words = {"title": "お知らせの取り消し", "text": REASON, "sent_at": timezone.now()}
    return render(content(message, kind=Kind.RECALL, version=message.version + 1, **words | fields))


def listed(message: Message) -> list[dict[str, object]]:
    """The files as a batch tells them."""
    return [
        {"id": str(one.id), "name": one.name, "kind": one.kind, "size": one.size}
        for one in message.attachments.all()
    ]


def kept_words(page: Page) -> str:
    """All that is written on the kept pages, and in the notifications."""
    pages = page.evaluate(
        """async () => {
            const cache = await caches.open("pages-1");
            const pages = await Promise.all((await cache.keys()).map((one) => cache.match(one)));
            return (await Promise.all(pages.map((one) => one.text()))).join("");
        }"""
    )
    return f"{pages}{shown(page)}"


def wait_until_kept(page: Page, path: str) -> None:
    wait_for(page, f"caches.match('{path}').then((page) => page !== undefined)")


def look(page: Page, name: str) -> None:
    """Leave a picture where somebody asked for them."""
    if folder := os.environ.get("PICTURES"):
        page.wait_for_load_state("networkidle")
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_file_is_read_and_saved_on_the_phone(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足", text="しおりをご覧ください。")
    file = attach(message, "令和7年度_第3回_校外学習のしおり（保護者配布用・最終版）.pdf", pages=3)
    attach(message, "地図.png", kind="image", position=1, text="", size=482_133)
    phone.goto("/")
    look(phone, "inbox")
    phone.get_by_role("link", name="遠足").click()
    look(phone, "message")
    link = phone.get_by_role("link", name="校外学習のしおり")
    assert (link.bounding_box() or {})["height"] >= 44
    link.click()
    expect(phone.get_by_text("水筒、お弁当")).to_be_visible()
    phone.get_by_role("link", name="ページの画像").click()
    phone.get_by_alt_text("1ページ目").scroll_into_view_if_needed()
    wait_for(phone, "document.querySelector('.page-picture').naturalWidth === 420")
    look(phone, "file")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    with phone.expect_download() as saved:
        phone.get_by_role("link", name="ダウンロードする").click()
    assert saved.value.suggested_filename == file.name
    assert Path(saved.value.path()).read_bytes() == b"%PDF-1.7 shiori"
    assert {one.way for one in AttachmentOpening.objects.filter(user=cast.kim.user)} == {
        "viewed",
        "downloaded",
    }


def test_the_words_of_a_file_that_was_opened_are_there_without_network(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    path = f"/m/{message.id}/files/{attach(message).id}"
    phone.goto(path)
    wait_until_kept(phone, path)
    cut_off(phone)
    phone.goto(path)
    expect(phone.get_by_text("水筒、お弁当")).to_be_visible()
    expect(phone.get_by_text("通信できません。保存したお知らせを表示しています")).to_be_visible()


def test_a_push_brings_the_links_to_the_files(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足")
    file = attach(message, "しおり [[title]] <b>.pdf", size=1_258_291)
    attach(message, "表.xlsx", kind="office", position=1)
    deliver(phone, render(content(message, files=listed(message))))
    assert not AttachmentOpening.objects.exists()
    cut_off(phone)
    phone.goto(f"/m/{message.id}")
    look(phone, "pushed-message")
    link = phone.get_by_role("link", name="しおり [[title]] <b>.pdf")
    assert link.get_attribute("href") == f"/m/{message.id}/files/{file.id}"
    assert link.locator(".file-facts").inner_text() == "PDF 1.2\xa0MB"
    assert phone.locator(".file-link .icon").count() == 4
    assert phone.locator(".file-link b").count() == 0
    phone.context.set_offline(False)
    link.click()
    expect(phone.get_by_text("水筒、お弁当")).to_be_visible()


def test_a_message_without_files_has_no_place_for_them(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    deliver(phone, render(content(message)))
    cut_off(phone)
    phone.goto(f"/m/{message.id}")
    expect(phone.get_by_role("heading", level=2)).to_have_count(0)
    expect(phone.locator("article .notice")).to_have_count(0)


def test_a_recall_takes_the_words_off_the_phone_that_has_no_network_afterwards(
    phone: Page, cast: Cast, leak: Message
) -> None:
    file = leak.attachments.get()
    deliver(phone, render(content(leak, files=listed(leak))))
    for path in (f"/m/{leak.id}/files/{file.id}", f"/m/{leak.id}", "/"):
        phone.goto(path)
        wait_until_kept(phone, path)
    assert "山田" in kept_words(phone)
    deliver(phone, recalled(leak))
    assert "山田" not in kept_words(phone)
    assert "口座" not in kept_words(phone)
    assert sorted(kept(phone)) == ["/", f"/m/{leak.id}"]
    assert [(one["title"], one["body"], one["tag"], one["stays"]) for one in shown(phone)] == [
        ("【取り消し】桜小学校", "お知らせの取り消し", str(leak.id), False)
    ]
    cut_off(phone)
    phone.goto("/")
    expect(phone.locator(".message-title-text")).to_have_text("お知らせの取り消し")
    phone.goto(f"/m/{leak.id}")
    look(phone, "recalled-offline")
    expect(phone.get_by_role("heading", name="お知らせの取り消し")).to_be_visible()
    expect(phone.get_by_text(REASON)).to_be_visible()
    expect(phone.get_by_text("取り消されました")).to_be_visible()


def test_a_message_that_is_recalled_while_it_is_open_goes_from_the_screen(
    phone: Page, cast: Cast, leak: Message
) -> None:
    phone.goto(f"/m/{leak.id}/files/{leak.attachments.get().id}")
    push = recalled(leak)
    recall(leak, cast.suzuki, REASON)
    deliver(phone, push)
    phone.wait_for_url(f"**/m/{leak.id}")
    expect(phone.get_by_text("取り消されました")).to_be_visible()  # as the push wrote it
    expect(phone.get_by_text(REASON)).to_be_visible()
    look(phone, "recalled")
    assert "山田" not in phone.content()


def test_a_phone_without_push_learns_of_the_recall_from_the_server(
    phone: Page, cast: Cast, leak: Message
) -> None:
    path = f"/m/{leak.id}/files/{leak.attachments.get().id}"
    phone.goto(path)
    wait_until_kept(phone, path)
    recall(leak, cast.suzuki, REASON)
    phone.goto(f"/m/{leak.id}")
    wait_for(phone, f"caches.match('{path}').then((page) => page === undefined)")
    cut_off(phone)
    phone.goto(f"/m/{leak.id}")
    expect(phone.get_by_text(REASON)).to_be_visible()


def test_words_that_a_slow_network_let_stand_go_once_it_answers(
    phone: Page, cast: Cast, leak: Message
) -> None:
    path = f"/m/{leak.id}"
    phone.goto(path)
    recall(leak, cast.suzuki, REASON)
    phone.context.service_workers[0].evaluate("(path) => follow(fetch(path), path)", path)
    expect(phone.get_by_text(REASON)).to_be_visible()
    assert "山田" not in phone.content()


def test_a_push_that_comes_after_the_recall_brings_nothing_back(
    phone: Page, cast: Cast, leak: Message
) -> None:
    first = render(content(leak))
    deliver(phone, recalled(leak))
    deliver(phone, first)
    path = f"/m/{leak.id}/files/{leak.attachments.get().id}"
    phone.context.service_workers[0].evaluate("(path) => follow(fetch(path), path)", path)  # asked before
    assert kept(phone) == [f"/m/{leak.id}"]
    assert "山田" not in kept_words(phone)
    assert [one["body"] for one in shown(phone)] == ["お知らせの取り消し"]
    phone.evaluate(
        "navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all[0].close())"
    )
    deliver(phone, first)
    assert [one["body"] for one in shown(phone)] == ["お知らせが新しくなりました。開いて確かめてください。"]


def test_a_correction_takes_the_place_of_the_first_and_its_receipt_says_so(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足の集合", text="集合は8:15です。")
    first = render(content(message))
    deliver(phone, first)
    correct(message, cast.sato, text="集合は8:45です。", note="時刻が違っていました。")
    deliver(phone, render(content(message, kind=Kind.CORRECTION, version=2)))
    deliver(phone, first)  # overtaken
    assert [(one["title"], one["body"]) for one in shown(phone)] == [("【訂正】桜小学校", "遠足の集合")]
    cut_off(phone)
    phone.goto(f"/m/{message.id}")
    look(phone, "corrected-offline")
    expect(phone.get_by_text("訂正されました")).to_be_visible()
    expect(phone.get_by_text("集合は8:45です。")).to_be_visible()
    phone.context.set_offline(False)
    wait_for(phone, "device.queue.all().then((all) => all.length === 0)")
    assert Recipient.objects.get(message=message, guardian=cast.kim).read_version == 2
    phone.reload()  # opened again it would come from the phone, which knows the new words alone
    phone.get_by_text("変わったところを見る").click()
    look(phone, "corrected")
    expect(phone.locator(".changes ins")).to_be_visible()


def test_receipts_that_an_older_app_left_are_still_told(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    phone.evaluate(f"localStorage.setItem('otayori-receipts', '[\"{message.id}\"]')")
    phone.goto("/settings")
    wait_for(phone, "localStorage.getItem('otayori-receipts') === null")
    wait_for(phone, "device.queue.all().then((all) => all.length === 0)")
    assert Recipient.objects.get(message=message, guardian=cast.kim).read_at is not None


@pytest.mark.parametrize(
    ("urgency", "kind", "title", "heard"),
    [
        ("important", Kind.REMINDER, "【重要】【再送】桜小学校", True),
        ("normal", Kind.REMINDER, "【再送】桜小学校", False),
        ("emergency", Kind.CORRECTION, "【緊急】【訂正】桜小学校", True),
        ("important", Kind.CORRECTION, "【重要】【訂正】桜小学校", False),
        ("emergency", Kind.RECALL, "【取り消し】桜小学校", False),
        ("emergency", Kind.MESSAGE, "【緊急】桜小学校", True),
        ("important", Kind.MESSAGE, "【重要】桜小学校", False),
    ],
)
def test_what_comes_again_says_so_and_is_heard_where_it_can_not_wait(
    phone: Page, cast: Cast, urgency: str, kind: Kind, title: str, *, heard: bool
) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, urgency=urgency)
    deliver(phone, render(content(message, kind=kind)))
    assert [one["title"] for one in shown(phone)] == [title]
    notices = "navigator.serviceWorker.ready.then((one) => one.getNotifications())"
    assert phone.evaluate(f"{notices}.then((all) => all[0].renotify)") is heard


def test_a_message_page_is_fit_for_paper(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足", text="しおりをご覧ください。\n" * 5)
    attach(message, pages=1)
    phone.goto(f"/m/{message.id}")
    phone.emulate_media(media="print")
    look(phone, "paper")
    for gone in (".bottom-nav", ".language-switch", ".back"):
        expect(phone.locator(gone)).to_be_hidden()
    expect(phone.locator(".message-text")).to_be_visible()
    expect(phone.locator(".file-name")).to_be_visible()


def test_everybody_can_use_the_pages(phone: Page, cast: Cast, leak: Message) -> None:
    """WCAG 2.2 AA as far as a machine can tell."""
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足", text="しおりをご覧ください。")
    file = attach(message, pages=2)
    correct(message, cast.sato, text="しおりと地図をご覧ください。", note="地図を忘れていました。")
    recall(leak, cast.suzuki, REASON)
    for path in ("/", f"/m/{message.id}", f"/m/{message.id}/files/{file.id}", f"/m/{leak.id}"):
        phone.goto(path)
        for summary in phone.locator("summary").all():
            summary.click()
        found = Axe().run(phone)
        assert found.violations_count == 0, found.generate_report()
