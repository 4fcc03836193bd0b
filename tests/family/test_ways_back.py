"""What guardians see where a page is not there or the system is away, and what a message page offers."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import OperationalError
from django.templatetags.static import static
from django.test import Client

from otayori.family import inbox as inbox_page
from tests.cast import Cast
from tests.family.paper import attach, correct, recall, send

pytestmark = pytest.mark.django_db

MOST_SCRIPT = 30_000  # bytes, compressed
NOWHERE = "/m/00000000-0000-7000-8000-000000000000"


@pytest.fixture
def kim(cast: Cast, client: Client) -> Client:
    client.force_login(cast.kim.user)
    return client


def test_a_message_that_is_not_theirs_leaves_a_guardian_in_the_app(cast: Cast, kim: Client) -> None:
    others = send(cast.sakura, cast.sato, cast.aoi)
    for address in (NOWHERE, f"/m/{others.id}", "/nothing/of/the/kind"):
        page = kim.get(address)
        words = page.content.decode()
        assert page.status_code == 404
        assert "このページは見られません" in words
        assert "お知らせの一覧を見る" in words
        assert 'class="bottom-nav"' in words


def test_others_are_not_shown_the_app_of_guardians(cast: Cast, client: Client) -> None:
    assert 'class="bottom-nav"' not in client.get("/nothing/of/the/kind").content.decode()
    client.force_login(cast.sato)
    page = client.get("/nothing/of/the/kind")
    assert page.status_code == 404
    assert 'class="bottom-nav"' not in page.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (ValueError("ours"), 500, "ただいま表示できません"),
        (OperationalError("away"), 503, "このページは30秒ごとに"),
    ],
)
def test_where_the_system_fails_guardians_learn_what_they_can_still_read(
    kim: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, words: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(inbox_page, "children_by_id", fail)
    kim.raise_request_exception = False
    page = kim.get("/")
    text = page.content.decode()
    assert page.status_code == status
    assert words in text
    assert "この端末に保存されたお知らせは、いまも読めます" in text
    assert 'href="/"' in text
    for system in ("データベース", "運用の担当者", "ours", "away"):
        assert system not in text


def test_what_schools_wrote_is_marked_as_japanese_on_a_page_of_another_language(
    cast: Cast, kim: Client
) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足", text="8:15に集合です。")
    correct(message, cast.sato, text="8:45に集合です。", note="時刻が違っていました。")
    kim.cookies["otayori_language"] = "en"
    page = kim.get(f"/m/{message.id}").content.decode()
    assert '<html lang="en"' in page
    for words in ("遠足", "時刻が違っていました。", "桜小学校"):
        assert re.search(rf'lang="ja"[^>]*>{words}', page), words
    assert re.search(r'class="message-text"><div lang="ja">8:45', page)
    assert re.search(r'lang="ja"><span class="message-title-text">遠足', kim.get("/").content.decode())


def test_a_message_can_be_printed_and_its_text_made_larger(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足")
    attach(message)
    for address in (f"/m/{message.id}", "/m-shell"):
        page = kim.get(address).content.decode()
        for part in ("data-print", "印刷する", "data-text-size-switch", "とても大きい"):
            assert part in page
    recall(message, cast.suzuki)
    assert "data-print" not in kim.get(f"/m/{message.id}").content.decode()


def scripts_of(page: str) -> set[str]:
    """The scripts a page loads, those they import at once, and those they may ask for later."""
    found: set[str] = set()
    waiting = [one.removeprefix(static("")) for one in re.findall(r'<script[^>]*src="([^"]+)"', page)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            text = Path(str(finders.find(name))).read_text()
            waiting += [f"family/{one}" for one in re.findall(r'(?:from|import)\s*\(?"\./([\w.-]+)"', text)]
    return found


def test_the_scripts_of_the_app_are_small(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    for address in ("/", f"/m/{message.id}", "/offline"):
        names = scripts_of(kim.get(address).content.decode())
        assert "family/app.js" in names
        size = sum(len(gzip.compress(Path(str(finders.find(name))).read_bytes())) for name in names)
        assert size < MOST_SCRIPT, (address, size, names)
    assert "family/search.js" in scripts_of(kim.get("/").content.decode())


def test_what_is_shown_without_network_holds_nothing_of_anybody(cast: Cast, kim: Client) -> None:
    send(cast.sakura, cast.sato, cast.haru, title="遠足")
    page = kim.get("/offline").content.decode()
    for words in ("もう一度開く", "いま、この端末で読めるお知らせ", "data-kept-item"):
        assert words in page
    for personal in ("キム", "遠足", "桜小学校"):
        assert personal not in page
