"""Files on the compose page: sent in pieces over a line that breaks, gone on with, checked.

A real browser; the check runs as a worker runs it, in a thread beside.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import BrowserContext, Page, Route, expect

from otayori.messaging.attachments import content, process
from otayori.messaging.models import Attachment, Message
from tests.attachments import papers
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import PASSWORD, Cast
from tests.console.message_stories import draft, whole

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PART = 512 * 1024


@contextmanager
def checking() -> Iterator[None]:
    """The worker's chore."""
    over = threading.Event()

    def work() -> None:
        try:
            while not over.wait(0.2):
                process.check_due()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in {
        "学年だより.pdf": papers.pdf(),
        "行事予定.xlsx": papers.excel(),
        "名簿.pdf": papers.pdf_with(lambda writer: writer.encrypt("secret")),
        "長い記録.txt": "運動会の記録\n".encode() * (3 * PART // 19),
    }.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def at_draft(context: BrowserContext, message: Message) -> Page:
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("メールアドレス").fill("suzuki@school.example")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/console/**")
    page.goto(f"/console/messages/{message.id}/edit")
    return page


def test_three_files_are_added_and_one_of_them_is_refused(
    cast: Cast, browse: Callable[..., BrowserContext], folder: Path
) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    page = at_draft(browse(DESKTOP), message)
    with checking():
        names = ("学年だより.pdf", "行事予定.xlsx", "名簿.pdf")
        page.get_by_label("ファイルを追加する").set_input_files([folder / name for name in names])
        files = page.get_by_role("listitem")
        expect(files.filter(has_text="学年だより.pdf")).to_contain_text("添付できます", timeout=60_000)
        expect(files.filter(has_text="行事予定.xlsx")).to_contain_text("添付できます", timeout=60_000)
        refused = files.filter(has_text="名簿.pdf")
        expect(refused).to_contain_text("添付できません", timeout=60_000)
        expect(refused).to_contain_text("保護を外して保存し直してください")
    assert not Axe().run(page, {"include": [["[data-attachments]"]]}).response["violations"]

    refused.get_by_role("link", name="外す").click()
    page.get_by_role("dialog").get_by_role("button", name="外す", exact=True).click()
    expect(files.filter(has_text="名簿.pdf")).to_have_count(0)
    page.get_by_role("link", name="学年だより.pdf", exact=True).click()
    expect(page.get_by_role("img", name="1ページ目")).to_be_visible()
    expect(page.get_by_text("お弁当の用意をお願いいたします。")).to_be_visible()
    assert not Axe().run(page).response["violations"]
    with page.expect_download() as download:
        page.get_by_role("link", name="ダウンロードする").click()
    assert download.value.suggested_filename == "学年だより.pdf"
    assert Attachment.objects.filter(message=message).count() == 2


def test_a_line_that_breaks_in_the_middle_is_gone_on_with(
    cast: Cast, browse: Callable[..., BrowserContext], folder: Path
) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    context = browse(PHONE)
    page = at_draft(context, message)
    pieces: list[str] = []

    def second_piece_breaks(route: Route) -> None:
        pieces.append(route.request.url.rpartition("=")[2])
        if len(pieces) == 2:
            context.set_offline(True)
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/append?*", second_piece_breaks)
    with checking():
        page.get_by_label("ファイルを追加する").set_input_files(folder / "長い記録.txt")
        row = page.get_by_role("listitem").filter(has_text="長い記録.txt")
        expect(row).to_contain_text("つながるのを待っています")
        assert Attachment.objects.get().received == PART
        context.set_offline(False)
        expect(row).to_contain_text("添付できます", timeout=60_000)
    assert pieces[:3] == ["0", str(PART), str(PART)]
    sent = content.body(Attachment.objects.select_related("message").get())
    assert sent.removeprefix(b"\xef\xbb\xbf") == (folder / "長い記録.txt").read_bytes()


def test_after_a_reload_the_same_file_goes_on_where_it_was(
    cast: Cast, browse: Callable[..., BrowserContext], folder: Path
) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    page = at_draft(browse(DESKTOP), message)
    page.on("dialog", lambda dialog: dialog.accept())  # leaving in the middle asks
    page.route(
        "**/append?*", lambda route: route.abort() if "=0" not in route.request.url else route.continue_()
    )
    page.get_by_label("ファイルを追加する").set_input_files(folder / "長い記録.txt")
    expect(page.get_by_text("つながるのを待っています")).to_be_visible()
    page.reload()
    page.unroute_all()
    stopped = page.get_by_role("listitem").filter(has_text="長い記録.txt")
    expect(stopped).to_contain_text("同じファイルをもう一度選ぶと、続きから送ります")
    offsets: list[str] = []
    page.on(
        "request",
        lambda request: offsets.append(request.url.rpartition("=")[2]) if "/append?" in request.url else None,
    )
    with checking():
        page.get_by_label("ファイルを追加する").set_input_files(folder / "長い記録.txt")
        kept = page.locator("[data-file]").filter(has_text="長い記録.txt")
        expect(kept).to_contain_text("添付できます", timeout=60_000)
    assert offsets[0] == str(PART)
    assert Attachment.objects.count() == 1


def test_a_message_that_was_never_saved_is_saved_for_its_file(
    cast: Cast, browse: Callable[..., BrowserContext], folder: Path
) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    page = at_draft(browse(PHONE), message)
    page.goto("/console/messages/new")
    page.get_by_label("ファイルを追加する").set_input_files(folder / "学年だより.pdf")
    expect(page.get_by_role("listitem").filter(has_text="学年だより.pdf")).to_contain_text("確認中")
    made = Attachment.objects.get().message
    assert made.id != message.id
    assert str(made.id) in page.url
