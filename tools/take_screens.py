"""Take the pictures of docs/screens from a running demo: `make demo`, then this file with .venv/bin/python.

Sends a message of 桜小学校 and one of the board, and reads as the demo's guardian.
"""

import argparse
import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

PASSWORD = "otayori-demo-2026"
TITLE = "11月27日（金）の引き渡し訓練について"
TEXT = """11月27日（金）14時から、全校で引き渡し訓練を行います。

・お迎えは校門からお入りください。
・担任が、お子さまのお名前と続柄をうかがいます。
・雨のときは体育館で行います。

お迎えに来られない方は、25日（水）までに担任にお知らせください。"""


def sign_in(context: BrowserContext, email: str) -> Page:
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("メールアドレス").fill(email)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_load_state("networkidle")
    return page


def write(page: Page, everybody: str) -> None:
    page.goto("/console/messages/new")
    page.get_by_label(everybody).check()
    page.get_by_label("題名").fill(TITLE)
    page.get_by_label("本文").fill(TEXT)
    page.wait_for_timeout(1500)


def staff_pictures(page: Page, folder: Path) -> None:
    page.screenshot(path=folder / "home.png")
    page.set_viewport_size(
        {"width": 1366, "height": 1450}
    )  # tall: bars that stick would cover a long picture
    write(page, "学校全体")
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=folder / "compose.png")
    page.set_viewport_size({"width": 1366, "height": 1060})
    page.get_by_role("button", name="送信前の確認へ進む").click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / "confirm.png")
    page.get_by_role("button", name=re.compile("人に送信する")).click()
    page.wait_for_load_state("networkidle")
    page.set_viewport_size({"width": 1366, "height": 768})
    for name, address in (("roster", "/console/roster/"), ("registration", "/console/registration/")):
        page.goto(address)
        page.screenshot(path=folder / f"{name}.png")


def progress_picture(page: Page, folder: Path) -> None:
    """The whole ward, on its way."""
    write(page, "区内のすべての学校・園")
    page.get_by_role("button", name="送信前の確認へ進む").click()
    page.get_by_role("button", name=re.compile("人に送信する")).click()
    page.wait_for_selector("#progress")
    page.wait_for_timeout(600)
    page.reload()  # it looks again by itself every two seconds, when 20,000 mails are nearly done
    page.screenshot(path=folder / "progress.png")


def guardian_pictures(page: Page, folder: Path) -> None:
    page.goto("/")
    page.screenshot(path=folder / "inbox.png")
    page.get_by_role("link", name=TITLE).first.click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / "message.png")
    page.goto("/settings")
    page.screenshot(path=folder / "guardian-settings.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="http://localhost:8000")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parents[1] / "docs" / "screens")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        desktop = {"width": 1366, "height": 768}
        phone = {"width": 390, "height": 844}
        console = browser.new_context(base_url=asked.base, viewport=desktop, locale="ja-JP")  # type: ignore[arg-type]
        staff_pictures(sign_in(console, "suzuki@sakura.example"), asked.folder)
        board = browser.new_context(base_url=asked.base, viewport=desktop, locale="ja-JP")  # type: ignore[arg-type]
        progress_picture(sign_in(board, "tanaka@board.example"), asked.folder)
        app = browser.new_context(base_url=asked.base, viewport=phone, locale="ja-JP")  # type: ignore[arg-type]
        guardian_pictures(sign_in(app, "kim@home.example"), asked.folder)


if __name__ == "__main__":
    main()
