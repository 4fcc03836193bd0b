"""A class teacher asks, is sent back, corrects, and is approved; the approver takes it back and sends it.

On a school's PC and on the vice-principal's phone; each page has no finding of axe (WCAG 2.2 AA).
"""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from otayori.messaging.audience import Target
from otayori.messaging.models import Message, SendingRules
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import PASSWORD, Cast
from tests.console.message_stories import draft
from tests.console.test_approval import attach, open_file

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("メールアドレス").fill(email)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/console/")


def has_no_barriers(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()


def address(message: Message, name: str = "message") -> str:
    return reverse(f"console:{name}", args=[message.id])


def test_asked_sent_back_corrected_approved_undone_and_sent(
    cast: Cast, browse: Callable[..., BrowserContext]
) -> None:
    SendingRules.objects.filter(school=cast.sakura).update(own_class="approve", undo_seconds=60)
    message = draft(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    teacher, phone = browse(DESKTOP).new_page(), browse(PHONE).new_page()
    sign_in(teacher, "sato@school.example")
    sign_in(phone, "suzuki@school.example")

    teacher.goto(address(message, "confirm"))
    has_no_barriers(teacher)
    teacher.get_by_label("承認する人へのひとこと").fill("遠足の件です")
    teacher.get_by_role("button", name="承認を依頼する").click()
    expect(teacher.get_by_role("heading", name="承認を待っています")).to_be_visible()
    has_no_barriers(teacher)

    phone.goto(address(message))
    has_no_barriers(phone)
    phone.get_by_text("直してもらうとき").click()
    phone.get_by_label("直してほしいこと").fill("集合時刻を書いてください")
    phone.get_by_role("button", name="差し戻す").click()
    expect(phone.get_by_text("差し戻しました。送信されません。")).to_be_visible()

    teacher.goto(address(message))
    expect(teacher.get_by_text("集合時刻を書いてください")).to_be_visible()
    teacher.get_by_label("本文").fill("8時に集合します。お弁当をお持ちください。")
    teacher.get_by_role("button", name="送信前の確認へ進む").click()
    teacher.get_by_role("button", name="承認を依頼する").click()
    expect(teacher.get_by_role("heading", name="承認を待っています")).to_be_visible()

    phone.goto(address(message))
    phone.get_by_role("button", name="承認して送信する").click()
    expect(phone.locator(".countdown-number")).to_have_text(re.compile(r"^[1-5]?\d$"))
    has_no_barriers(phone)
    phone.get_by_role("button", name="いますぐ送る").click()
    expect(phone.get_by_text("保護者 3人のうち")).to_be_visible()
    assert Message.objects.get(id=message.id).state == "released"


def test_what_was_pressed_too_early_is_taken_back_by_the_keyboard_alone(
    cast: Cast, browse: Callable[..., BrowserContext]
) -> None:
    SendingRules.objects.filter(school=cast.sakura).update(undo_seconds=60)
    message = draft(cast.suzuki, cast.sakura, Target(kind="school", id=cast.sakura.id))
    page = browse(DESKTOP).new_page()
    sign_in(page, "suzuki@school.example")
    page.goto(address(message, "confirm"))
    page.get_by_role("button", name="4人に送信する").press("Enter")
    page.get_by_role("button", name="取り消して下書きに戻す").press("Enter")
    expect(page.get_by_text("誰にも送っていません。")).to_be_visible()
    assert Message.objects.get(id=message.id).state == "draft"


def test_a_file_with_names_waits_for_a_reason(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    message = draft(cast.suzuki, cast.sakura, Target(kind="school", id=cast.sakura.id))
    listed = attach(message, "1 キム ハル\n2 山田 葵\n3 渡辺 空\n4 アルバレス 芽衣")
    page = browse(DESKTOP).new_page()
    sign_in(page, "suzuki@school.example")
    page.goto(address(message, "confirm"))
    expect(page.get_by_role("button", name="4人に送信する")).to_be_disabled()
    expect(page.get_by_text("子ども4人の氏名があります。")).to_be_visible()
    has_no_barriers(page)
    open_file(cast.suzuki, listed)
    page.get_by_label("このまま送ってよい理由").fill("全家庭の同意をいただいた班の表です")
    page.get_by_role("button", name="理由を残して、送ることを認める").click()
    expect(page.get_by_text("管理職が、送ってよいと認めました")).to_be_visible()
    has_no_barriers(page)
    page.get_by_role("button", name="4人に送信する").click()
    expect(page.get_by_text("保護者 4人のうち")).to_be_visible()


def test_the_rules_say_what_they_mean(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    page = browse(PHONE).new_page()
    sign_in(page, "suzuki@school.example")
    page.goto(reverse("console:sending_rules", args=[cast.sakura.id]))
    has_no_barriers(page)
    page.get_by_label("管理職の承認が必要").check()
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_text("送信のきまりを保存しました。")).to_be_visible()
    assert SendingRules.objects.get(school=cast.sakura).own_class == "approve"


def test_what_was_typed_beside_a_file_is_there_when_one_comes_back_from_it(
    cast: Cast, browse: Callable[..., BrowserContext]
) -> None:
    SendingRules.objects.filter(school=cast.sakura).update(own_class="approve")
    message = draft(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    attach(message, "学年だより.pdf")
    page = browse(DESKTOP).new_page()
    sign_in(page, "sato@school.example")
    page.goto(address(message, "confirm"))
    page.get_by_label("承認する人へのひとこと").fill("遠足の件です")
    page.get_by_role("link", name=re.compile("開いて確かめる")).click()
    page.wait_for_url("**/files/**")
    page.goto(address(message, "confirm"))
    note = page.get_by_label("承認する人へのひとこと")
    expect(note).to_have_value("遠足の件です")
    page.get_by_role("button", name="承認を依頼する").click()
    expect(page.get_by_role("heading", name="承認を待っています")).to_be_visible()
    assert not page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('otayori-typed'))")
