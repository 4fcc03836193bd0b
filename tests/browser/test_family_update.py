"""The app after an update of the server: what the phone kept before it still looks and works as it should."""

from collections.abc import Callable

import pytest
from django.templatetags.static import static
from django.test import Client
from playwright.sync_api import BrowserContext

from tests.browser.conftest import PHONE
from tests.browser.guardian_phone import cut_off, open_app
from tests.cast import Cast
from tests.family.paper import send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STYLES = """() => [...document.styleSheets].filter((sheet) => sheet.cssRules.length > 0)
    .map((sheet) => new URL(sheet.href).pathname)"""


def test_a_message_kept_before_an_update_keeps_its_looks_without_network(
    cast: Cast, client: Client, browse: Callable[..., BrowserContext], live_server: object
) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足", text="水筒を持ってきてください。")
    client.force_login(cast.kim.user)
    phone = open_app(browse(PHONE), client, str(live_server))
    phone.goto(f"/m/{message.id}")
    served = phone.evaluate(STYLES)
    assert static("otayori/base.css") in served
    kept = phone.evaluate(
        """async () => (await (await caches.open("pages-1")).match(location.pathname)).text()"""
    )
    assert "/static/v-" not in kept  # it outlives the version it came with
    cut_off(phone)
    phone.goto(f"/m/{message.id}")
    assert phone.get_by_text("水筒を持ってきてください。").is_visible()
    assert len(phone.evaluate(STYLES)) == len(served)
    # A page of another version than the worker's: its files cannot be had, so it gets those on the phone.
    other = "/static/v-000000000000/otayori/base.css"
    assert phone.evaluate("path => fetch(path).then((answer) => answer.ok)", other)
