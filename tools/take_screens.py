"""Take the pictures of docs/screens from a running demo: `make demo`, and `make screens` beside it.

Each step of the story is a function; it sends a letter of 桜小学校, an emergency of it and one of the board,
joins with the demo's sheet, and signs devices out. So take them from a demo that has just been made.
docs/screens/README.md shows them.
"""

import argparse
import os
import re
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import sync_playwright
from tools.camera import DESKTOP, PHONE, Camera
from tools.guardian_screens import guardian

ROOT = Path(__file__).parents[1]
TOKYO = ZoneInfo("Asia/Tokyo")
SUZUKI, TAKAHASHI, SATO = "suzuki@sakura.example", "takahashi@sakura.example", "sato@sakura.example"
TANAKA = "tanaka@board.example"

TITLE = "引き渡し訓練について"
TEXT = """保護者の皆さま

{day}の14時から、全校で引き渡し訓練を行います。

・お迎えは校門からお入りください。
・担任が、お子さまのお名前と続柄をうかがいます。
・雨のときは体育館で行います。

お迎えに来られない方は、前の日までに連絡帳で担任にお知らせください。"""

DRILL = "引き渡し訓練のご案内.pdf"
DRILL_PAGE = """<html lang="ja"><title>引き渡し訓練のご案内</title>
<body style="font: 17px/1.9 sans-serif; margin: 3em">
<p>みどり区立桜小学校</p><h1 style="text-align: center">引き渡し訓練のご案内</h1><h2>当日の流れ</h2>
<p>14:00　訓練の放送。教室で待ちます<br>14:15　校庭に集まります（雨のときは体育館）<br>
14:20　引き渡し。学級の札の前にお並びください</p><h2>お願い</h2>
<p>・登録した保護者の方がお迎えに来てください。<br>・ごきょうだいは、下の学年から順にお迎えください。</p>"""


def compose(camera: Camera) -> None:
    """A manager writes, takes a class out, adds a file, opens it, confirms, and has a minute to undo."""
    page = camera.sign_in(SUZUKI)
    camera.take(page, "home")
    page.goto("/console/messages/new")
    page.get_by_label("学校全体").first.check()
    page.get_by_label("題名").fill(TITLE)
    day = datetime.now(TOKYO) + timedelta(days=7)
    page.get_by_label("本文").fill(
        TEXT.format(day=f"{day.month}月{day.day}日({'月火水木金土日'[day.weekday()]})")
    )
    page.get_by_role("button", name="この中から除く").click()
    page.locator('[name="not"]').first.wait_for()
    page.locator('[name="not"][value^="grade:"][value$=":P6"]').check()
    page.wait_for_timeout(2500)
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    camera.take(page, "compose", most=1500)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / DRILL
        camera.print_pdf(DRILL_PAGE, file)
        page.get_by_label("ファイルを追加する").set_input_files(file)
        page.locator("[data-kept]").get_by_text("添付できます").wait_for()
    page.locator("#attachments-title").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#attachments-title').scrollIntoView({block: 'center'})")
    camera.take(page, "files")
    page.evaluate("window.scrollTo(0, 0)")
    page.get_by_role("button", name="メール", exact=True).click()
    page.locator("#mail-preview").get_by_text(TITLE).first.wait_for()
    camera.take(page, "mail-preview")
    page.get_by_role("button", name="送信前の確認へ進む").click()
    page.wait_for_load_state("networkidle")
    camera.take(page, "confirm-unopened", most=1300)
    confirm = page.url
    page.get_by_role("link", name=re.compile(f"{DRILL}|ファイルを開く|開いて")).first.click()
    page.wait_for_load_state("networkidle")
    camera.take(page, "file", most=1300)
    page.goto(confirm)
    camera.take(page, "confirm", most=1300)
    page.get_by_role("button", name=re.compile("人に送信する")).click()
    page.wait_for_load_state("networkidle")
    camera.take(page, "undo")
    page.get_by_role("button", name=re.compile("すぐに送|いますぐ送")).first.click()
    page.wait_for_load_state("networkidle")


def findings(camera: Camera) -> None:
    """A teacher's letter names two children: it stops."""
    page = camera.sign_in(SUZUKI)
    page.goto("/console/roster/")
    names = [
        name.removesuffix("さん").strip()
        for name in page.locator("main table tbody th .name").all_inner_texts()[:2]
    ]
    page.goto("/console/messages/new")
    page.locator('[name="to"][value^="grade:"]').nth(2).check()
    page.get_by_label("題名").fill("持久走記録会の結果")
    page.get_by_label("本文").fill(
        "持久走記録会を行いました。\n\n"
        f"1位　{names[0]}さん　4分12秒\n2位　{names[1]}さん　4分20秒\n\nみんな最後まで走りました。"
    )
    page.wait_for_timeout(2000)
    page.get_by_role("button", name="送信前の確認へ進む").click()
    page.wait_for_load_state("networkidle")
    camera.take(page, "findings", most=1500)
    page.goto(page.url.replace("/confirm", "/discard"))
    page.get_by_role("button", name=re.compile("削除")).first.click()


def approval(camera: Camera) -> None:
    """The vice-principal looks at what a teacher asks for, on PC and phone; a teacher at what came back."""
    page = camera.sign_in(TAKAHASHI)
    page.get_by_role("link", name="3年 学年懇談会のご案内").first.click()
    page.wait_for_load_state("networkidle")
    camera.take(page, "approval", most=1500)
    phone = camera.sign_in(TAKAHASHI, PHONE)
    camera.take(phone, "home-phone")
    phone.goto(page.url)
    camera.take(phone, "approval-phone", most=3200)
    sato = camera.sign_in(SATO)
    camera.take(sato, "home-teacher")
    sato.get_by_role("link", name="図工の材料の準備について").first.click()
    sato.wait_for_load_state("networkidle")
    camera.take(sato, "sent-back")


def emergency(camera: Camera) -> None:
    """On a phone and on a PC: choose, fill, and send from the phone."""
    for size, suffix in ((DESKTOP, ""), (PHONE, "-phone")):
        page = camera.sign_in(SUZUKI, size)
        page.goto("/console/emergency")
        camera.take(page, f"emergency-choose{suffix}")
        page.get_by_role("link", name="引き渡し").first.click()
        page.get_by_label("学校全体", exact=True).click()
        page.get_by_role("button", name=re.compile("人に緊急送信する")).wait_for()
        page.wait_for_timeout(400)
        camera.take(page, f"emergency{suffix}", most=1700)
    page.get_by_role("button", name=re.compile("人に緊急送信する")).click()
    page.wait_for_selector("#progress")
    page.wait_for_timeout(5000)
    page.reload()
    camera.take(page, "emergency-sent-phone")


def after(camera: Camera) -> None:
    """What a school sees once it is sent."""
    page = camera.sign_in(SUZUKI)

    def at(title: str) -> None:
        page.goto("/console/messages/")
        page.get_by_role("link", name=title, exact=True).first.click()
        page.wait_for_load_state("networkidle")

    at("学校公開のご案内")
    camera.take(page, "sent", most=1700)
    page.goto(page.url.rstrip("/") + "/report")
    camera.take(page, "report")
    at("個人面談の日程について")
    message = page.url.rstrip("/")
    page.goto(f"{message}/remind")
    camera.take(page, "remind")
    page.goto(f"{message}/correct")
    text = page.get_by_label("本文")
    text.fill(text.input_value().replace("お一人15分", "お一人20分"))
    page.get_by_label("何を訂正したか").fill("面談の時間に誤りがありました。正しくは20分です。")
    page.get_by_role("button", name="変わるところを確かめる").click()
    page.wait_for_load_state("networkidle")
    camera.take(page, "correct", most=1200)
    page.goto(f"{message}/recall")
    camera.take(page, "recall")
    page.goto(f"{message}/letters")
    camera.take(page, "letters", most=1100)
    at("4年社会科見学の費用について")
    camera.take(page, "recalled", most=1300)
    page.goto(page.url.rstrip("/") + "/exposure")
    camera.take(page, "exposure", most=1200)


def find(camera: Camera) -> None:
    """The list, a search, the calendar; groups, templates, rules, roster."""
    page = camera.sign_in(SUZUKI)
    page.goto("/console/messages/")
    camera.take(page, "messages")
    page.get_by_label("ことばで探す").fill("上履き")
    page.get_by_role("button", name="探す", exact=True).click()
    page.wait_for_load_state("networkidle")
    camera.take(page, "search")
    for name, address in (
        ("calendar", "/console/messages/calendar"),
        ("groups", "/console/roster/groups/"),
        ("templates", "/console/settings/templates"),
        ("audiences", "/console/messages/audiences/"),
        ("settings", "/console/settings/"),
        ("roster", "/console/roster/"),
        ("registration", "/console/registration/"),
    ):
        page.goto(address)
        camera.take(page, name)
    page.goto("/console/roster/groups/")
    page.get_by_role("link", name="放送委員会").first.click()
    page.wait_for_load_state("networkidle")
    camera.take(page, "group")
    page.goto("/console/settings/")
    page.locator('a[href*="/settings/rules/"]').first.click()
    page.wait_for_load_state("networkidle")
    camera.take(page, "rules")


def progress(camera: Camera) -> None:
    """The whole ward, on its way."""
    page = camera.sign_in(TANAKA)
    camera.take(page, "home-board")
    page.goto("/console/emergency")
    page.get_by_role("link", name="不審者").first.click()
    page.get_by_label("区内のすべての学校・園", exact=True).click()
    page.get_by_label("場所").fill("中央図書館")
    send = page.get_by_role("button", name=re.compile("人に緊急送信する"))
    send.wait_for()
    page.wait_for_timeout(1500)
    send.click()
    page.wait_for_selector("#progress")
    page.wait_for_timeout(600)
    page.reload()  # it looks again by itself every two seconds, when 20,000 mails are nearly done
    camera.take(page, "progress")


STORY: dict[str, Callable[[Camera], None]] = {
    one.__name__: one for one in (compose, findings, approval, after, find, emergency, progress)
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="http://localhost:8000")
    parser.add_argument("--mails", default="http://localhost:8025", help="the demo's mail catcher")
    parser.add_argument(
        "--data", type=Path, default=ROOT / "data", help="the demo's folder: its sheet to join"
    )
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "screens")
    parser.add_argument("--only", nargs="*", choices=[*STORY, "guardian"], default=[*STORY, "guardian"])
    asked = parser.parse_args()
    story = STORY | {"guardian": lambda camera: guardian(camera, asked.data, asked.mails)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--lang=ja-JP"],
            env={**os.environ, "LANGUAGE": "ja"},  # of fields for dates and times
        )
        for name in asked.only:
            story[name](Camera(browser, asked.base, asked.folder))


if __name__ == "__main__":
    main()
