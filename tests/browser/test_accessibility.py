"""Every page meets WCAG 2.2 AA as far as a machine can tell: axe finds nothing, at desktop and phone size."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from otayori.accounts.models import User
from tests.addresses import addresses
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import PASSWORD, Cast
from tests.shape.things import messages, of_the_school

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def test_staff_pages(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    by_state = messages(cast)
    things = of_the_school(cast)
    pages = {
        address: None
        for message in by_state.values()
        for _name, address in addresses("console", things | {"message_id": message.id})
    }
    shown = list(_shown(cast.suzuki, pages))
    assert len(shown) > 25
    found = _violations(browse, cast.suzuki, shown)
    assert not found, "\n".join(found)


def test_pages_of_the_board(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    pages = dict.fromkeys(address for _name, address in addresses("console", {}))
    found = _violations(browse, cast.tanaka, list(_shown(cast.tanaka, pages)))
    assert not found, "\n".join(found)


def test_pages_of_guardians(cast: Cast, browse: Callable[..., BrowserContext]) -> None:
    things = of_the_school(cast) | {"message_id": messages(cast)["released"].id}
    pages = dict.fromkeys(address for name, address in addresses("family", things) if name != "message_shell")
    found = _violations(browse, cast.yamada.user, list(_shown(cast.yamada.user, pages)))
    assert not found, "\n".join(found)


def _shown(user: User, pages: Mapping[str, None]) -> Iterator[str]:
    """Give the addresses that answer this person with a page; scripts and parts are not pages."""
    client = Client()
    client.force_login(user)
    for address in pages:
        answer = client.get(address)
        if answer.status_code == 200 and b"<html" in answer.content[:500]:
            yield address


def _violations(browse: Callable[..., BrowserContext], user: User, pages: list[str]) -> list[str]:
    found = []
    for size in (DESKTOP, PHONE):
        page = _signed_in(browse(size), user)
        for address in pages:
            page.goto(address)
            found += [f"{size['width']} {address} {line}" for line in _look(page)]
    return found


def _look(page: Page) -> Iterator[str]:
    for violation in Axe().run(page, options=RULES).response["violations"]:
        for node in violation["nodes"]:
            yield f"{violation['id']}: {node['html'][:200]}"


def _signed_in(context: BrowserContext, user: User) -> Page:
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("メールアドレス").fill(user.email)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url(lambda address: "login" not in address)
    return page
