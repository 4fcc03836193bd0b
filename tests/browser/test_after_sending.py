"""After sending, in a browser: corrected with the changes shown, recalled in two clicks with the report."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from otayori.messaging.audience import Target
from otayori.messaging.models import Message
from otayori.messaging.reading import mark_read
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import PASSWORD, Cast
from tests.messaging.after_stories import went_out

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_message(page: Page, message: Message) -> None:
    """Sign in as the manager and open the message's page."""
    page.goto(f"/accounts/login/?next=/console/messages/{message.id}/")
    page.get_by_label("メールアドレス").fill("suzuki@school.example")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    expect(page.get_by_role("heading", name=message.title, level=1)).to_be_visible()


@pytest.fixture
def message(cast: Cast) -> Message:
    sent = went_out(cast.suzuki, cast.sakura, Target(kind="school", id=cast.sakura.id))
    mark_read(cast.kim, [sent.id])
    return sent


def test_a_correction_is_seen_before_it_is_sent(
    message: Message, browse: Callable[..., BrowserContext]
) -> None:
    page = browse(DESKTOP).new_page()
    open_message(page, message)
    page.get_by_role("link", name="訂正する").click()
    page.get_by_label("本文").fill("お弁当と水筒をお持ちください。")
    page.get_by_label("何を訂正したか").fill("持ち物を書き忘れました。")
    page.get_by_role("button", name="変わるところを確かめる").click()
    expect(page.locator(".prose ins")).to_have_text(re.compile("と水筒"))
    page.get_by_role("button", name="4人に訂正を送る").click()
    expect(page.get_by_text("訂正後を読んだ方 0人")).to_be_visible()
    expect(page.get_by_text("訂正しました（第2版、4人に通知）")).to_be_visible()


def test_on_a_phone_two_clicks_recall_it_and_the_report_names_who_opened_it(
    message: Message, browse: Callable[..., BrowserContext]
) -> None:
    page = browse(PHONE).new_page()
    open_message(page, message)
    page.get_by_role("link", name="取り消す").click()
    page.get_by_role("button", name="宛先の誤りのため取り消す").press("Enter")
    expect(page.get_by_text("本文を開いた方 1人")).to_be_visible()
    page.get_by_role("link", name="だれに何が届いたかを見る").click()
    expect(page.get_by_text("キム ソヨン さん")).to_be_visible()
    expect(page.get_by_text("山田 恵子 さん")).to_have_count(0)
    with page.expect_download() as kept:
        page.get_by_role("link", name="CSVで保存する").click()
    assert kept.value.suggested_filename == "開封の記録_桜小学校.csv"
