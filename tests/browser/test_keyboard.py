"""The main job without a mouse, on a school's PC; the focus is always seen and goes as one reads."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from otayori.messaging.audience import Target
from otayori.messaging.models import Message
from tests.attachments import papers
from tests.browser.conftest import DESKTOP
from tests.browser.keyboard import Keyboard
from tests.browser.test_attachments import checking
from tests.cast import PASSWORD, Cast
from tests.shape.things import asked

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def signed_in(context: BrowserContext, email: str) -> Keyboard:
    keyboard = Keyboard(context.new_page())
    keyboard.page.goto("/accounts/login/")
    keyboard.writes("メールアドレス", email)
    keyboard.writes("パスワード", PASSWORD)
    keyboard.page.keyboard.press("Enter")
    keyboard.page.wait_for_url("**/console/")
    return keyboard


def test_a_message_with_a_file_is_written_confirmed_and_sent(
    cast: Cast, browse: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    (tmp_path / "学年だより.pdf").write_bytes(papers.pdf())
    keyboard = signed_in(browse(DESKTOP), "suzuki@school.example")
    page = keyboard.page
    keyboard.presses("お知らせを作成")
    page.wait_for_url("**/messages/new**")
    keyboard.presses("学校全体", "Space")
    keyboard.writes("題名", "学年だより 7月号")
    keyboard.writes("本文", "7月の予定をお知らせします。")
    with checking():
        with page.expect_file_chooser() as chooser:
            keyboard.presses("ファイルを追加する", "Space")
        chooser.value.set_files(tmp_path / "学年だより.pdf")
        expect(page.locator("[data-kept]").get_by_text("学年だより.pdf").first).to_be_visible()
        expect(page.locator("[data-kept]").get_by_role("link", name="学年だより.pdf")).to_be_visible(
            timeout=30_000
        )
    keyboard.presses("送信前の確認へ進む")
    page.wait_for_url("**/confirm**")
    keyboard.presses("学年だより.pdf")
    page.wait_for_url("**/files/**")
    keyboard.presses("お知らせに戻る")
    page.wait_for_url("**/confirm**")
    keyboard.presses("4人に送信する")
    expect(page.get_by_text("保護者 4人のうち")).to_be_visible()
    assert Message.objects.get().state == "released"


def test_what_was_asked_for_is_sent_back_and_approved(
    cast: Cast, browse: Callable[..., BrowserContext]
) -> None:
    room = Target(kind="classroom", id=cast.p3_1.id)
    first, second = asked(cast, room), asked(cast, room)
    keyboard = signed_in(browse(DESKTOP), "suzuki@school.example")
    page = keyboard.page
    page.goto(f"/console/messages/{first.id}/")
    keyboard.presses("直してもらうとき")
    keyboard.writes("直してほしいこと", "集合時刻を書いてください")
    keyboard.presses("差し戻す")
    expect(page.get_by_text("差し戻しました。送信されません。")).to_be_visible()
    page.goto(f"/console/messages/{second.id}/")
    keyboard.presses("承認して送信する")
    expect(page.get_by_text("保護者 3人のうち")).to_be_visible()
    states = [Message.objects.get(id=one.id).state for one in (first, second)]
    assert states == ["draft", "released"]
