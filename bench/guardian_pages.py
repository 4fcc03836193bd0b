"""The demo as a ground: the pages a guardian meets first, with the cookies they are seen with."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.command import arguments
from bench.ground import HERE, free_port

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
KIM, PASSWORD = "kim@home.example", "otayori-demo-2026"  # printed at every start of the demo
STARTED_WITHIN = 900.0  # seconds; the demo makes 17,000 families first
SIZE = {"width": 412, "height": 823}  # the phone that Lighthouse plays


@dataclass(frozen=True)
class Seen:
    """A page of the demo, and what its visitor's browser sends along."""

    name: str
    address: str
    cookie: str


def options(description: str | None, runs: int) -> ArgumentParser:
    parser = arguments(description, recipients=0, runs=runs)
    parser.add_argument("--demo", help="the data folder of a demo that runs already, with --origin")
    parser.add_argument("--origin", help="its address, such as http://127.0.0.1:8000")
    return parser


@contextmanager
def ground(folder: str | None, origin: str | None) -> Iterator[list[Seen]]:
    """Give the pages of the demo named, or of one of our own."""
    if folder and origin:
        yield pages(Path(folder), origin)
        return
    with (
        tempfile.TemporaryDirectory(prefix="otayori-bench-demo-") as own,
        running(Path(own)) as address,
    ):
        yield pages(Path(own), address)


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run the demo: as `make demo` does, on ports and in a folder of its own."""
    folder.chmod(0o711)  # PostgreSQL runs as another user when we are root
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTAYORI_")}
    own = {"OTAYORI_PORT": str(port), "OTAYORI_DATA_DIR": str(folder)}
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "otayori.ops.cli", "demo"],
            cwd=HERE, env=kept | own, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_for(f"{origin}/accounts/login/", process)
            yield origin
        finally:
            process.terminate()
            process.wait(60)


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except OSError:
            time.sleep(1)
    raise SystemExit("the demo did not start")


def pages(folder: Path, origin: str) -> list[Seen]:
    """Sign in as Kim, and go with a sheet as far as the account; give the pages."""
    sheet = json.loads((folder / "secrets" / "demo-sheet.json").read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        kim = _page(browser, origin)
        kim.goto("/accounts/login/")
        kim.get_by_label("メールアドレス").fill(KIM)
        kim.get_by_label("パスワード").fill(PASSWORD)
        kim.get_by_role("button", name="ログインする", exact=True).click()
        kim.wait_for_url(f"{origin}/")
        message = _message_with_file(kim)
        family = _page(browser, origin)
        family.goto(f"/join/{sheet['token']}")
        family.get_by_role("textbox").fill(sheet["password"])
        family.get_by_role("button", name="次へ進む").click()
        family.get_by_role("button", name="はい、次へ進む").click()
        family.wait_for_url(f"{origin}/join/account")
        hers, theirs = _cookie(kim), _cookie(family)
        browser.close()
    return [
        Seen("inbox", f"{origin}/", hers),
        Seen("message", f"{origin}{message}", hers),
        Seen("settings", f"{origin}/settings", hers),
        Seen("join", f"{origin}/join", "otayori_language=ja"),
        Seen("join, account", f"{origin}/join/account", theirs),
    ]


def _page(browser: Browser, origin: str) -> Page:
    # without a service worker: it would answer instead of the server
    context = browser.new_context(
        viewport={"width": SIZE["width"], "height": SIZE["height"]},
        locale="ja-JP", base_url=origin, service_workers="block",
    )  # fmt: skip
    return context.new_page()


def _message_with_file(page: Page) -> str:
    """The address of the newest message of the list that has a file."""
    addresses = re.findall(r'href="(/m/[0-9a-f-]{36})"', page.content())
    return next(one for one in addresses if f"{one}/files/" in page.request.get(one).text())


def _cookie(page: Page) -> str:
    return "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
