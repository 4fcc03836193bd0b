"""A camera for the pictures of docs/screens: pages of somebody at a size, kept as small files."""

from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

PASSWORD = "otayori-demo-2026"
DESKTOP = (1366, 768)
PHONE = (390, 844)
COLOURS = 256  # a page has few; the file is a third then


class Camera:
    """Takes the pictures: a page of somebody, the size of a PC or of a phone."""

    def __init__(self, browser: Browser, base: str, folder: Path) -> None:
        self._browser, self._base, self._folder = browser, base, folder

    def open(self, size: tuple[int, int] = DESKTOP, **more: Any) -> Page:
        """Return a page where nobody is signed in."""
        viewport = {"width": size[0], "height": size[1]}
        options = {"locale": "ja-JP", **more}
        return self._browser.new_context(base_url=self._base, viewport=viewport, **options).new_page()  # type: ignore[arg-type]

    def sign_in(self, email: str, size: tuple[int, int] = DESKTOP) -> Page:
        """Return a page of somebody who has just signed in."""
        page = self.open(size)
        enter(page, email)
        return page

    def print_pdf(self, html: str, file: Path) -> None:
        """Make the PDF that a school would attach."""
        page = self._browser.new_page()
        page.set_content(html)
        page.pdf(path=file, format="A4")
        page.close()

    def take(self, page: Page, name: str, *, most: int = 0) -> None:
        """Keep what the window shows; with `most`, the page as far as that, in a window that is so tall."""
        before = page.viewport_size
        page.mouse.move(0, 0)
        if most and before:
            whole = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size(
                {"width": before["width"], "height": min(most, max(whole, before["height"]))}
            )
            page.wait_for_timeout(200)
        file = self._folder / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=file, animations="disabled", caret="hide")
        if most and before:
            page.set_viewport_size(before)
        with Image.open(file) as picture:
            small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(file, optimize=True)


def enter(page: Page, email: str, password: str = PASSWORD) -> None:
    """Sign in, whatever the language of the page is."""
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(password)
    page.locator("main form .form-actions button").click()
    page.wait_for_load_state("networkidle")
