"""Writing in a real browser: the draft saves itself, two people are told, a dead network loses nothing."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from otayori.messaging.models import Message
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import PASSWORD, Cast
from tests.console.message_stories import draft, whole
from tests.stories.processes import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAVED = re.compile("下書きを保存しました \\d\\d:\\d\\d")
FAILED = "保存できません。通信を確かめてください（入力はこの画面に残っています）"


@pytest.fixture(autouse=True)
def one_factor(settings: object) -> None:
    settings.OTAYORI_STAFF_MFA = "optional"  # type: ignore[attr-defined]


def signed_in(context: BrowserContext, email: str) -> Page:
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("メールアドレス").fill(email)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/console/**")
    return page


def test_a_new_message_saves_itself_and_takes_its_address(
    cast: Cast, browse: Callable[..., BrowserContext]
) -> None:
    page = signed_in(browse(DESKTOP), "suzuki@school.example")
    page.goto("/console/messages/new")
    page.wait_for_timeout(2500)
    assert not Message.objects.exists()  # nothing was typed
    page.get_by_label("学校全体").first.check()
    page.get_by_label("題名").fill("避難訓練")
    expect(page.locator("[data-save-state]")).to_have_text(SAVED)
    message = Message.objects.get()
    assert str(message.id) in page.url
    assert message.title == "避難訓練"
    page.get_by_label("本文").fill("10時に行います。")
    page.goto("/console/messages/")  # left at once: sent on the way, and the list may be there before it
    until(lambda: Message.objects.get().text == "10時に行います。", "saved on the way")
    page.goto(f"/console/messages/{message.id}/edit")
    expect(page.get_by_label("本文")).to_have_value("10時に行います。")
    page.get_by_role("button", name="送信前の確認へ進む").click()
    expect(page.get_by_text("桜小学校の保護者 4人（児童 4人）に送信します。")).to_be_visible()


def test_others_that_need_a_draft_get_one_at_once(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    """The attachments ask so, before a file can hang on anything."""
    page = signed_in(browse(DESKTOP), "sato@school.example")
    page.goto("/console/messages/new")
    given = page.evaluate(
        """() => new Promise((done) => document.querySelector("[data-compose]")
             .dispatchEvent(new CustomEvent("otayori:need-draft", {detail: {done}})))"""
    )
    assert str(Message.objects.get().id) == given


def test_two_people_write_on_one_draft(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    message = draft(cast.sato, cast.sakura, whole(cast.sakura))
    address = f"/console/messages/{message.id}/edit"
    sato = signed_in(browse(DESKTOP), "sato@school.example")
    suzuki = signed_in(browse(PHONE), "suzuki@school.example")
    sato.goto(address)
    suzuki.goto(address)
    suzuki.get_by_label("本文").fill("校長の文")
    expect(suzuki.locator("[data-save-state]")).to_have_text(SAVED)

    sato.get_by_label("本文").fill("担任の文")
    expect(sato.get_by_text("鈴木 校長 さんが")).to_be_visible()
    expect(sato.locator("[data-save-state]")).to_have_text("自動の保存を止めています。")
    sato.get_by_label("題名").fill("担任の題名")
    sato.wait_for_timeout(2500)
    assert Message.objects.get().text == "校長の文"  # nothing was written over

    sato.get_by_role("button", name="両方の内容を見くらべる").click()
    expect(sato.locator(".version-words", has_text="校長の文")).to_be_visible()
    expect(sato.locator(".version-words", has_text="担任の文")).to_be_visible()
    expect(sato.get_by_label("本文")).to_have_value("担任の文")
    accessible(sato)
    sato.get_by_role("button", name="自分の内容で続ける").click()
    expect(sato.get_by_text("下書きを保存しました。まだ送信していません。")).to_be_visible()
    assert Message.objects.get().text == "担任の文"

    suzuki.get_by_label("本文").fill("校長の二つ目の文")
    suzuki.get_by_role("button", name="両方の内容を見くらべる").click()
    suzuki.get_by_role("link", name="相手の内容を読み込む").click()
    expect(suzuki.get_by_label("本文")).to_have_value("担任の文")


def test_a_dead_network_loses_nothing(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    message = draft(cast.sato, cast.sakura)
    context = browse(DESKTOP)
    page = signed_in(context, "sato@school.example")
    page.goto(f"/console/messages/{message.id}/edit")
    context.set_offline(True)
    page.get_by_label("本文").fill("電波のないところで書いた文")
    expect(page.locator("[data-save-state]")).to_have_text(FAILED)
    context.set_offline(False)  # tried again by itself
    expect(page.locator("[data-save-state]")).to_have_text(SAVED, timeout=20_000)
    assert Message.objects.get().text == "電波のないところで書いた文"

    page.route("**/autosave", lambda route: route.abort())
    page.get_by_label("本文").fill("届かなかった文")
    expect(page.locator("[data-save-state]")).to_have_text(FAILED)
    page.reload()
    expect(page.get_by_label("本文")).to_have_value("電波のないところで書いた文")
    page.unroute("**/autosave")
    page.get_by_role("button", name="その入力を戻す").click()
    expect(page.get_by_label("本文")).to_have_value("届かなかった文")
    expect(page.locator("[data-save-state]")).to_have_text(SAVED)
    assert Message.objects.get().text == "届かなかった文"


def test_the_target_is_built_by_keyboard_and_named(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    page = signed_in(browse(DESKTOP), "suzuki@school.example")
    page.goto("/console/messages/new")
    page.get_by_label("学校全体").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="この中から除く").focus()
    page.keyboard.press("Enter")
    expect(page.locator('[name="not"]').first).to_be_focused()
    page.locator(f'[name="not"][value="classroom:{cast.p3_2.id}"]').focus()
    page.keyboard.press("Space")
    expect(page.locator("#audience-count")).to_contain_text("学校全体、3年2組を除く")
    page.get_by_role("button", name="名前を見る").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#names")).to_contain_text("キム ハル さん")
    expect(page.locator("#names")).not_to_contain_text("アルバレス")
    page.get_by_label("題名").fill("遠足")
    page.keyboard.press("Enter")  # sends and loses nothing
    expect(page.get_by_label("題名")).to_have_value("遠足")
    page.get_by_role("button", name="メール", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#mail-preview")).to_contain_text("遠足")
    expect(page.locator("[data-save-state]")).to_have_text(SAVED)


def test_the_board_finds_a_school_and_its_class(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    page = signed_in(browse(DESKTOP), "tanaka@board.example")
    page.goto("/console/messages/new")
    page.get_by_label("学校・園の名前で探す").first.fill("桜")
    page.get_by_role("button", name="桜小学校の学級を選ぶ").first.click()
    page.get_by_label("3年2組").first.check()
    expect(page.locator("#audience-count")).to_contain_text("桜小学校 3年2組")
    expect(page.locator("[data-save-state]")).to_have_text(SAVED)  # nothing is under way when the page closes


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("who", ["suzuki@school.example", "tanaka@board.example"])
def test_the_page_is_accessible(
    cast: Cast, browse: Callable[..., BrowserContext], size: dict[str, int], who: str
) -> None:
    page = signed_in(browse(size), who)
    page.goto("/console/messages/new")
    page.get_by_role("button", name="この中から除く").click()
    expect(page.locator(".leaving-out")).to_be_visible()
    page.locator('[name="to"]').first.check()
    page.get_by_role("button", name="名前を見る").click()
    expect(page.locator("#names")).to_be_visible()
    page.get_by_text("配信の時刻").click()
    expect(page.locator("[data-save-state]")).to_have_text(SAVED)
    accessible(page)
    page.get_by_text("この宛先を保存する").click()
    page.get_by_label("宛先の名前").fill("いつもの宛先")
    page.get_by_role("button", name="宛先を保存する").click()
    expect(page.get_by_text("宛先を「いつもの宛先」として保存しました。")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="整理する").click()
    accessible(page)
    page.goto(f"/console/messages/{Message.objects.get().id}/preview?as=mail")
    accessible(page)


def accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
