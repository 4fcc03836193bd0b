"""Finding last year's letter: search, look into a hit and come back, copy it, begin one from the calendar."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from otayori.core import clock
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import PASSWORD, Cast
from tests.console.message_stories import draft, released, whole

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Browse = Callable[[dict[str, int]], BrowserContext]


def signed_in(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("メールアドレス").fill("suzuki@school.example")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/console/")
    return page


def test_a_name_is_found_and_stands_in_no_address(browse: Browse, cast: Cast) -> None:
    released(cast.suzuki, cast.sakura, whole(cast.sakura), title="遠足の係", text="係は山田さんです。")
    draft(cast.suzuki, cast.sakura, title="別のお知らせ")
    page = signed_in(browse(DESKTOP))
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto("/console/messages/?mine=1")
    page.get_by_role("searchbox").fill("山田")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("mark")).to_have_text("山田")
    page.get_by_role("link", name="遠足の係").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("遠足の係")
    page.go_back()  # what was posted is not stored: without help the browser shows an error here
    expect(page.get_by_role("link", name="別のお知らせ")).to_be_visible()
    assert page.url.endswith("/console/messages/?mine=1")
    assert not [url for url in seen if "%E5%B1%B1" in url or "山" in url]


def test_on_a_phone_filters_open_and_a_day_begins_a_message(browse: Browse, cast: Cast) -> None:
    released(cast.suzuki, cast.sakura, whole(cast.sakura), title="今日のお知らせ")
    page = signed_in(browse(PHONE))
    page.goto("/console/messages/")
    expect(page.get_by_label("緊急度")).to_be_hidden()
    page.locator("label[for=filters-open]").click()
    page.get_by_label("緊急度").select_option("emergency")
    page.get_by_role("button", name="絞り込む").click()
    expect(page.get_by_text("当てはまるお知らせはありません")).to_be_visible()
    page.get_by_role("link", name="カレンダー").click()
    expect(page.get_by_role("link", name="今日のお知らせ")).to_be_visible()
    tomorrow = clock.today() + timedelta(days=1)
    desk = signed_in(browse(DESKTOP))
    desk.goto(f"/console/messages/calendar?month={tomorrow:%Y-%m}")
    desk.locator(f'a[href$="day={tomorrow}"]').click()
    expect(desk.locator("[name=release_at_0]")).to_have_value(tomorrow.isoformat())


def test_a_copy_asks_for_whom_it_is(browse: Browse, cast: Cast) -> None:
    released(cast.suzuki, cast.sakura, whole(cast.sakura), title="去年の遠足")
    page = signed_in(browse(DESKTOP))
    page.goto("/console/messages/")
    page.get_by_role("button", name="コピー 去年の遠足").click()
    expect(page.get_by_label("題名")).to_have_value("去年の遠足")
    expect(page.get_by_label("学校全体")).not_to_be_checked()
