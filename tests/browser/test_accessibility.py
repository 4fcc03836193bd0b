"""Every page meets WCAG 2.2 AA as far as a machine can tell: axe finds nothing.

The addresses are walked, not listed, for messages in every state. Each page is looked at as on a school's PC,
on a phone, and on a small phone that is dark: there colours alone, and that nothing is wider than the screen.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from otayori.accounts.models import User
from otayori.messaging import starter_templates
from otayori.messaging.models import Attachment, Message, MessageTemplate
from otayori.roster.models import GroupStaff
from tests.addresses import addresses
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import PASSWORD, Cast
from tests.console.message_stories import draft
from tests.shape.things import Things, messages, of_the_message, of_the_school, others

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WCAG: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERYTHING: Final = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
COLOURS: Final = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
RUN: Final = """rules => axe.run(document, rules).then(found => found.violations.flatMap(
    one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`)))"""
NARROW: Final = {"width": 320, "height": 640}
LOOKS: Final[list[tuple[str, dict[str, int], Any, dict[str, object]]]] = [
    ("desktop", DESKTOP, "light", EVERYTHING),
    ("phone", PHONE, "light", EVERYTHING),
    ("dark", NARROW, "dark", COLOURS),
]
# 1.4.10: what stands on a guardian's page is read without moving it sideways. Rows of a table may be.
TOO_WIDE: Final = """() =>
    document.body.matches(".console") ? 0 : document.scrollingElement.scrollWidth - window.innerWidth"""


def test_pages_of_a_manager(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    starter_templates.ensure()
    things = of_the_school(cast)
    GroupStaff.objects.create(group=cast.soccer, user=cast.sato, is_owner=True)
    made = messages(cast) | {"empty": draft(cast.suzuki, cast.sakura, title="", text="")}
    pages = list(_pages("console", things))
    for message in made.values():
        pages += [
            address
            for address in _pages("console", things | of_the_message(message))
            if _id(message) in address
        ]
    _spoil(made["draft"])
    pages += _with_queries(cast, made)
    shown = list(_shown(cast.suzuki, pages))
    assert len(shown) > 75
    _see(browse, cast.suzuki, shown)


def test_pages_of_the_board(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    starter_templates.ensure()
    made = others(cast)
    pages = list(_pages("console", {}))
    for what in ("board", "board draft"):
        pages += [one for one in _pages("console", of_the_message(made[what])) if _id(made[what]) in one]
    _see(browse, cast.tanaka, list(_shown(cast.tanaka, pages)))


def test_pages_of_guardians(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    things, made = of_the_school(cast), messages(cast) | others(cast)
    pages = [one for one in _pages("family", things) if "m-shell" not in one]
    for what in ("released", "recalled", "one child", "board"):
        pages += [one for one in _pages("family", of_the_message(made[what])) if _id(made[what]) in one]
    _see(browse, cast.yamada.user, list(_shown(cast.yamada.user, pages)))


def test_what_shows_after_something_was_done(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    """What was found by words; an emergency that is counted; a correction before it is sent; the names."""
    starter_templates.ensure()
    made = messages(cast)
    page = _signed_in(browse(DESKTOP), cast.suzuki)
    page.goto("/console/messages/")
    page.get_by_role("searchbox").first.fill("遠足")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_be_visible()
    found = list(_looks(page, "found"))
    template = MessageTemplate.objects.filter(urgency="emergency").order_by("position").first()
    page.goto(f"/console/emergency?template={template.id if template else ''}")
    page.get_by_label("学校全体", exact=True).check()
    expect(page.locator("#emergency-live")).to_contain_text("4人")
    found += _looks(page, "emergency")
    page.goto(f"/console/messages/{made['released'].id}/correct")
    page.get_by_label("本文").fill("お弁当と水筒をお持ちください。")
    page.get_by_label("何を訂正したか").fill("持ち物に水筒を加えました")
    page.get_by_role("button", name="変わるところを確かめる").click()
    expect(page.locator("ins").first).to_be_visible()
    found += _looks(page, "correct")
    page.goto(f"/console/messages/{made['draft'].id}/edit")
    page.get_by_role("button", name="名前を見る").click()
    expect(page.get_by_text("山田 葵").first).to_be_visible()
    page.get_by_role("button", name="この中から除く").click()
    found += _looks(page, "names")
    assert not found, "\n".join(found)


def _spoil(message: Message) -> None:
    """Files of a draft that were refused, that are being checked, and that nobody could read."""
    kept = {"message": message, "size": 1000, "kind": "pdf", "digest": "x", "added_by": message.author}
    Attachment.objects.create(name="名簿.pdf", state="refused", refusal="locked", **kept)
    Attachment.objects.create(name="写真.pdf", state="checking", **kept)


def _with_queries(cast: Cast, made: dict[str, Message]) -> Iterator[str]:
    for template in MessageTemplate.objects.filter(school=None):
        page = "emergency?template" if template.urgency == "emergency" else "messages/new/template/"
        yield f"/console/{page}={template.id}" if "?" in page else f"/console/{page}{template.id}"
    sent = made["released"].id
    yield from (f"/console/messages/{sent}/letters?show={show}" for show in ("all", "unread", "unregistered"))
    yield from (f"/console/messages/{sent}/report?show={show}" for show in ("unread", "unreached"))
    yield f"/console/messages/{made['recalled'].id}/exposure?show=all"
    yield f"/console/messages/{made['draft'].id}/preview?as=mail"
    yield f"/console/messages/{made['empty'].id}/edit?check=1"
    yield f"/console/roster/groups/{cast.soccer.id}/add?class={cast.p3_1.id}"
    yield "/console/messages/?state=draft"
    yield "/console/messages/new?urgency=emergency"


def _pages(namespace: str, things: Things) -> Iterator[str]:
    return (address for _name, address in addresses(namespace, things))


def _id(message: Message) -> str:
    return str(message.id)


def _shown(user: User, pages: Iterable[str]) -> Iterator[str]:
    """Give the addresses that answer this person with a page; scripts and parts are not pages."""
    client = Client()
    client.force_login(user)
    for address in dict.fromkeys(pages):
        answer = client.get(address)
        if answer.status_code == 200 and b"<html" in answer.content[:500]:
            yield address


def _see(browse: Callable[..., BrowserContext], user: User, pages: list[str]) -> None:
    page = _signed_in(browse(DESKTOP), user)
    found = []
    for address in pages:
        page.goto(address)
        found += _looks(page, address)
    assert not found, "\n".join(found)


def _looks(page: Page, what: str) -> Iterator[str]:
    page.evaluate(Axe().axe_script)
    for name, size, scheme, rules in LOOKS:
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for line in page.evaluate(RUN, rules):
            yield f"{name} {what} {line}"
    if (by := page.evaluate(TOO_WIDE)) > 0:
        yield f"{what} is {by} px wider than {NARROW['width']} px"


def _signed_in(context: BrowserContext, user: User) -> Page:
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("メールアドレス").fill(user.email)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url(lambda address: "login" not in address)
    return page
