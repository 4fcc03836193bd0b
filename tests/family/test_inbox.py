"""The inbox: one list of all children, quick however long it is."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otayori.family.app import SHELL
from otayori.messaging.models import MOST_TEXT
from otayori.roster.models import Guardianship
from tests.cast import Cast
from tests.family.paper import send

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 8
MOST_BYTES = 50_000


@pytest.fixture
def kim(cast: Cast, client: Client) -> Client:
    client.force_login(cast.kim.user)
    return client


def fill(cast: Cast, count: int) -> None:
    for number in range(count):
        send(
            None if number % 3 == 0 else cast.sakura,
            cast.tanaka,
            cast.haru,
            cast.jun,
            title=f"図書館の開館時間と、読書講座のお知らせ（第{number}号、申し込みは12月5日まで）",
            urgency="important",
            at=timezone.now() - timedelta(hours=number),
        )


def test_kim_sees_both_children_in_one_list_newest_first(cast: Cast, kim: Client) -> None:
    send(cast.kashiwa, cast.kobayashi, cast.jun, title="部活動", at=timezone.now() - timedelta(hours=2))
    send(cast.sakura, cast.sato, cast.haru, title="遠足")
    page = kim.get("/").content.decode()
    assert page.index("遠足") < page.index("部活動")
    for words in ("キム ハル", "キム ジュン", "桜小学校", "柏中学校", "未読"):
        assert words in page


def test_an_unread_emergency_stands_on_top_until_it_is_read(cast: Cast, kim: Client) -> None:
    old = timezone.now() - timedelta(days=3)
    emergency = send(cast.sakura, cast.suzuki, cast.haru, title="引き取り", urgency="emergency", at=old)
    send(cast.sakura, cast.sato, cast.haru, title="遠足")
    page = kim.get("/").content.decode()
    assert page.index("引き取り") < page.index("遠足")
    assert "緊急" in page
    kim.get(f"/m/{emergency.id}")
    page = kim.get("/").content.decode()
    assert page.index("遠足") < page.index("引き取り")


def test_a_message_of_the_board_names_the_board(cast: Cast, kim: Client) -> None:
    send(None, cast.tanaka, cast.haru)
    assert "みどり区教育委員会" in kim.get("/").content.decode()


def test_a_child_whose_school_has_blocked_it_is_never_named(cast: Cast, kim: Client) -> None:
    both = send(None, cast.tanaka, cast.haru, cast.jun, title="二人に")
    alone = send(cast.kashiwa, cast.kobayashi, cast.jun, title="ジュンだけ")
    Guardianship.objects.filter(guardian=cast.kim, student=cast.jun).update(blocked_at=timezone.now())
    for address in ("/", f"/m/{both.id}", "/settings"):
        page = kim.get(address).content.decode()
        assert "キム ハル" in page
        assert "キム ジュン" not in page
    assert "ジュンだけ" not in kim.get("/").content.decode()
    assert kim.get(f"/m/{alone.id}").status_code == 404


def test_an_empty_inbox_says_what_will_come(kim: Client) -> None:
    assert "お知らせはまだありません" in kim.get("/").content.decode()


def test_older_messages_are_on_the_next_page(cast: Cast, kim: Client) -> None:
    fill(cast, 31)
    first, second = kim.get("/").content.decode(), kim.get("/?page=2").content.decode()
    assert "第29号" in first
    assert "第30号" not in first
    assert "第30号" in second
    assert "?page=2" in first
    assert "?page=1" in second
    assert kim.get("/?page=x").status_code == 200
    assert "このページにお知らせはありません" in kim.get("/?page=99").content.decode()


@pytest.mark.parametrize("count", [3, 60])
def test_statements_do_not_grow_with_the_messages(cast: Cast, kim: Client, count: int) -> None:
    fill(cast, count)
    kim.get("/token")  # the first visit of a week makes the session last longer
    with CaptureQueriesContext(connection) as inbox:
        assert kim.get("/").status_code == 200
    assert len(inbox) <= MOST_STATEMENTS, [query["sql"] for query in inbox]


def transferred(client: Client, address: str) -> int:
    """Bytes of a first visit: the page and the styles and scripts it loads, compressed as they are sent."""
    page = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    linked = [name for name in SHELL if name.endswith((".css", ".js", ".svg")) and "push" not in name]
    beside = sum(len(gzip.compress(Path(str(finders.find(name))).read_bytes())) for name in linked)
    return len(page.content) + beside


def test_the_inbox_and_the_longest_message_are_small_with_all_they_load(cast: Cast, kim: Client) -> None:
    fill(cast, 60)
    assert kim.get("/").content.decode().count("message-item") == 30
    assert transferred(kim, "/") < MOST_BYTES
    text = "".join(chr(0x4E00 + n * 7 % 0x5000) for n in range(MOST_TEXT))  # compresses worse than any letter
    longest = send(cast.sakura, cast.suzuki, cast.haru, text=text)
    assert transferred(kim, f"/m/{longest.id}") < MOST_BYTES


def test_staff_come_to_the_console_and_strangers_to_sign_in(cast: Cast, client: Client) -> None:
    assert client.get("/").headers["Location"].startswith("/accounts/login/")
    stranger = cast.watanabe.user
    cast.watanabe.delete()
    client.force_login(stranger)
    assert client.get("/").status_code == 404
