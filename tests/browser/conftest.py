"""Real browsers for the stories: Debian's Chromium, driven by playwright, at phone and desktop size."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.browser.guardian_phone import open_app
from tests.cast import Cast

# no sandbox: CI runs as root; the rest keeps Chromium from calling home
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1366, "height": 768}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers come last: from the first to the last of them playwright's event loop is this thread's.

    Other tests need a loop of their own; and so one Chromium is enough for all.
    """
    items.sort(key=lambda item: "playwright" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session", autouse=True)
def files_as_in_production() -> Iterator[None]:
    """The live server has a way of its own for the files of pages; ours is in the middleware."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "_should_handle", lambda _self, _path: False)
        yield


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    # Playwright's loop runs in this thread; Django must not take it for a reason to refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as running:
        yield running
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def browse(chromium: Browser, live_server: Any) -> Iterator[Callable[[dict[str, int]], BrowserContext]]:
    """Open a browser of somebody's own, of the size given."""
    opened: list[BrowserContext] = []

    def open_one(size: dict[str, int]) -> BrowserContext:
        context = chromium.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            locale="ja-JP",
            base_url=live_server.url,
        )
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def phone(browse: Callable[..., BrowserContext], live_server: Any, cast: Cast, client: Client) -> Page:
    """Kim's phone, with the service worker in charge."""
    client.force_login(cast.kim.user)
    return open_app(browse(PHONE), client, live_server.url)
