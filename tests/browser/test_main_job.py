"""The main job: a guardian joins by the sheet on a phone, the school writes on a PC, the guardian reads it.

Two browsers, a real worker process, a real mail relay; only the sheet is put into the database by hand.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMessage
from playwright.sync_api import BrowserContext, Page, expect

from otayori.ops.postgres import EmbeddedPostgres
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import PASSWORD, Cast
from tests.delivery.smtp_server import SmtpServer
from tests.family.paper import NEW_PASSWORD, hand_out
from tests.stories.processes import environment, ready, worker

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(transaction=True)]

TITLE = "明日の引き渡し訓練について"
TEXT = "14時に校門までお迎えをお願いします。\n雨のときは体育館で行います。"


def join(phone: Page, secrets: Any, mailbox: list[EmailMessage]) -> None:
    """Scan the sheet and answer each page, as a mother does at the kitchen table."""
    phone.goto(f"/join/{secrets.token}")
    assert secrets.token not in phone.url  # the token does not stay in the address
    phone.get_by_label("パスワード").fill(secrets.password.lower())
    phone.get_by_role("button", name="次へ進む").click()
    expect(phone.get_by_text("I.R.")).to_be_visible()
    assert "伊藤" not in phone.content()  # the full name waits until the address is proven
    expect(phone.get_by_role("heading", name="個人情報の使いみち")).to_be_visible()
    phone.get_by_role("button", name="はい、次へ進む").click()
    phone.get_by_label("メールアドレス").fill("ito@mail.example")
    phone.get_by_label("保護者のお名前").fill("伊藤 桜")
    phone.get_by_label("母", exact=True).check()
    phone.get_by_label("これから使うパスワード").fill(NEW_PASSWORD)
    phone.get_by_role("button", name="確認コードを送る").click()
    expect(phone.get_by_label("確認コード")).to_be_visible()
    (code,) = re.findall(r"\b\d{6}\b", str(mailbox[-1].body))
    phone.get_by_label("確認コード").fill(code)
    phone.get_by_role("button", name="登録する").click()
    phone.wait_for_url("**/join/app")


def send(desktop: Page) -> None:
    """Sign in, write to the whole school, read the confirm page, release, watch."""
    desktop.goto("/accounts/login/")
    desktop.get_by_label("メールアドレス").fill("mori@school.example")
    desktop.get_by_label("パスワード").fill(PASSWORD)
    desktop.get_by_role("button", name="ログインする", exact=True).click()
    desktop.get_by_role("link", name="お知らせを作成").first.click()
    desktop.get_by_label("学校全体").check()
    desktop.get_by_label("題名").fill(TITLE)
    desktop.get_by_label("本文").fill(TEXT)
    desktop.get_by_role("button", name="送信前の確認へ進む").click()
    expect(desktop.get_by_text("柏中学校の保護者").first).to_be_visible()
    desktop.get_by_role("button", name=re.compile("2人に送信する")).click()
    expect(desktop.get_by_text("送信が終わりました").first).to_be_visible(timeout=60_000)


def test_from_the_sheet_to_the_message_that_is_read(
    cast: Cast,
    browse: Callable[..., BrowserContext],
    postgres: EmbeddedPostgres,
    mailoutbox: list[EmailMessage],
) -> None:
    from otayori.accounts.models import Role
    from tests.cast import staff

    staff("森 校長", "mori@school.example", cast.kashiwa, Role.MANAGER)
    _, secrets = hand_out(cast.rin)
    phone, desktop = browse(PHONE).new_page(), browse(DESKTOP).new_page()
    with SmtpServer().running_in_thread() as relay, worker(environment(postgres, relay.url())):
        ready()
        join(phone, secrets, mailoutbox)
        send(desktop)
        assert sorted(mail.recipient for mail in relay.received) == ["ito@mail.example", "kim@mail.example"]

    phone.goto("/")
    phone.get_by_role("link", name=TITLE).click()
    expect(phone.get_by_text("14時に校門までお迎えをお願いします。")).to_be_visible()
    expect(phone.get_by_text("柏中学校").first).to_be_visible()

    desktop.get_by_role("link", name="読んだ人・読んでいない人を見る").click()
    expect(desktop.get_by_role("row", name=re.compile("伊藤 凛"))).to_contain_text("既読")
