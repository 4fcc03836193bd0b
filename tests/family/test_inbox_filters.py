"""What stands on top of the inbox, its days, and its filters, which stay in the address."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otayori.core import clock
from otayori.roster.models import Guardianship
from tests.cast import Cast
from tests.family.paper import correct, recall, send

pytestmark = pytest.mark.django_db

ON_TOP = "まだ読んでいない大切なお知らせ"


@pytest.fixture
def kim(cast: Cast, client: Client) -> Client:
    client.force_login(cast.kim.user)
    return client


def list_of(client: Client, address: str = "/") -> list[tuple[str, list[str]]]:
    """The list as it is read: each heading with the titles below it."""
    page = client.get(address).content.decode()
    parts = re.findall(r'<section class="inbox-part".*?</section>', page, re.DOTALL)
    heading, title = re.compile(r"<h2.*?>(.*?)</h2>", re.DOTALL), re.compile(r"title-text\">(.*?)<")
    plain = [re.sub(r"<[^>]*>", "", heading.findall(part)[0]).strip() for part in parts]
    return [(name, title.findall(part)) for name, part in zip(plain, parts, strict=True)]


def titles(client: Client, address: str) -> list[str]:
    return [title for _heading, below in list_of(client, address) for title in below]


def links(client: Client, address: str = "/") -> dict[str, tuple[str, bool]]:
    """The filters by their words: where each leads, and whether it is on."""
    row = re.search(r'<nav class="filter-row".*?</nav>', client.get(address).content.decode(), re.DOTALL)
    assert row
    found = re.findall(r'href="([^"]*)"( aria-current="true")?>(.*?)</a>', row[0], re.DOTALL)
    return {
        re.sub(r"<[^>]*>", "", inside).strip(): (href.replace("&amp;", "&"), bool(on))
        for href, on, inside in found
    }


def test_what_is_important_and_unread_stands_on_top_until_it_is_read(cast: Cast, kim: Client) -> None:
    now = timezone.now()
    send(cast.sakura, cast.sato, cast.haru, title="遠足")
    important = send(
        cast.kashiwa, cast.kobayashi, cast.jun, title="三者面談", urgency="important", at=now - timedelta(5)
    )
    send(cast.sakura, cast.suzuki, cast.haru, title="引き取り", urgency="emergency", at=now - timedelta(9))
    send(cast.sakura, cast.suzuki, cast.haru, title="図書館", urgency="leaflet", at=now - timedelta(1))
    on_top, first, second = list_of(kim)
    assert on_top == (ON_TOP, ["引き取り", "三者面談"])
    assert (first[1], second[1]) == (["遠足"], ["図書館"])
    assert "今日" in first[0]
    assert "昨日" in second[0]
    kim.get(f"/m/{important.id}", headers={"Otayori-Purpose": "store"})  # kept by the device, read by nobody
    assert list_of(kim)[0][1] == ["引き取り", "三者面談"]
    kim.get(f"/m/{important.id}")
    assert list_of(kim)[0] == (ON_TOP, ["引き取り"])
    assert titles(kim, "/") == ["引き取り", "遠足", "図書館", "三者面談"]


def test_a_corrected_important_message_is_new_again_and_a_recalled_one_never(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="集合は8:15", urgency="important")
    kim.get(f"/m/{message.id}")
    assert ON_TOP not in dict(list_of(kim))
    correct(message, cast.sato, title="集合は8:45")
    assert list_of(kim)[0] == (ON_TOP, ["集合は8:45"])
    assert "訂正されました" in kim.get("/").content.decode()
    recall(message, cast.suzuki)
    assert ON_TOP not in dict(list_of(kim))
    assert titles(kim, "/") == ["お知らせの取り消し"]
    page = kim.get("/").content.decode()
    assert "訂正されました" not in page
    assert "集合は" not in page


def test_nothing_on_top_where_all_was_read(cast: Cast, kim: Client) -> None:
    send(cast.sakura, cast.sato, cast.haru, title="遠足")
    assert ON_TOP not in dict(list_of(kim))


@pytest.fixture
def shelf(cast: Cast) -> None:
    """Four messages of three senders, newest first."""
    ago = [timezone.now() - timedelta(days=n) for n in range(4)]
    send(cast.sakura, cast.sato, cast.haru, title="遠足", at=ago[0])
    send(cast.kashiwa, cast.kobayashi, cast.jun, title="面談", urgency="important", at=ago[1])
    send(None, cast.tanaka, cast.haru, cast.jun, title="区展", urgency="leaflet", at=ago[2])
    send(None, cast.tanaka, cast.haru, title="不審者", urgency="emergency", at=ago[3])


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("child=0", "不審者 遠足 区展"),
        ("child=1", "面談 区展"),
        ("school=1", "遠足"),
        ("school=2", "面談"),
        ("school=0", "不審者 区展"),
        ("kind=urgent", "不審者 面談"),
        ("kind=normal", "遠足"),
        ("kind=leaflet", "区展"),
        ("unread=1", "不審者 面談 遠足 区展"),
        ("child=1&school=0&kind=leaflet", "区展"),
        ("child=0&kind=urgent&unread=1", "不審者"),
        ("child=7&school=x&kind=DROP&unread=no&page=", "不審者 面談 遠足 区展"),
    ],
)
def test_filters_narrow_the_list(kim: Client, query: str, expected: str) -> None:
    assert titles(kim, f"/?{query}") == expected.split()


@pytest.mark.usefixtures("shelf")
def test_each_filter_is_a_link_that_sets_it_and_drops_it_again(cast: Cast, kim: Client) -> None:
    found = links(kim)
    assert list(found) == [
        "未読だけ", "キム ハル", "キム ジュン", "緊急・重要", "通常", "配布物",
        "桜小学校", "柏中学校", "教育委員会",
    ]  # fmt: skip
    assert not any(on for _href, on in found.values())
    jun = found["キム ジュン"][0]
    both = links(kim, jun)["緊急・重要"][0]
    assert titles(kim, both) == ["面談"]
    on = links(kim, both)
    assert [name for name, (_href, is_on) in on.items() if is_on] == ["キム ジュン", "緊急・重要"]
    assert on["緊急・重要"][0] == jun
    assert on["キム ハル"][0] == "/?kind=urgent&child=0"  # one child at a time
    assert links(kim, jun)["キム ジュン"][0] == "/"
    for href, _on in (found | on).values():  # places in the own family: no names, no ids
        assert re.fullmatch(r"/(\?[a-z]+=\w+(&[a-z]+=\w+)*)?", href)
        assert not re.search(r"[0-9a-f]{8}|%", href)


@pytest.mark.usefixtures("shelf")
def test_a_filter_that_finds_nothing_says_so_and_leads_back(kim: Client) -> None:
    page = kim.get("/?child=1&kind=normal").content.decode()
    assert "この条件に合うお知らせはありません" in page
    assert "すべてのお知らせを見る" in page
    assert links(kim, "/?child=1&kind=normal")["通常"][1]


def test_pages_keep_the_filters(cast: Cast, kim: Client) -> None:
    for number in range(32):
        at = timezone.now() - timedelta(hours=number)
        send(cast.sakura, cast.sato, cast.haru, title=f"第{number}号", at=at)
    first = kim.get("/?child=0&unread=1").content.decode()
    assert 'rel="next" href="?unread=1&amp;child=0&amp;page=2"' in first
    second = "/?unread=1&child=0&page=2"
    assert titles(kim, second) == ["第30号", "第31号"]
    assert 'href="?unread=1&amp;child=0&amp;page=1"' in kim.get(second).content.decode()
    assert "page" not in links(kim, second)["キム ジュン"][0]  # another list begins at its beginning


def test_a_blocked_child_is_no_filter_and_neither_is_its_school(cast: Cast, kim: Client) -> None:
    send(cast.kashiwa, cast.kobayashi, cast.jun, title="面談")
    send(cast.sakura, cast.sato, cast.haru, title="遠足")
    Guardianship.objects.filter(guardian=cast.kim, student=cast.jun).update(blocked_at=timezone.now())
    assert {"キム ジュン", "柏中学校", "キム ハル"}.isdisjoint(
        links(kim)
    )  # who has one child needs no choice
    assert titles(kim, "/?school=2") == titles(kim, "/?child=1") == ["遠足"]


@pytest.mark.parametrize("query", ["", "?child=1&school=0&kind=urgent&unread=1"])
def test_statements_do_not_grow_with_the_messages(cast: Cast, kim: Client, query: str) -> None:
    for number in range(40):
        urgency = ("important", "emergency", "normal")[number % 3]
        send(None, cast.tanaka, cast.haru, cast.jun, title=f"第{number}号", urgency=urgency)
    kim.get("/token")  # the first visit of a week makes the session last longer
    with CaptureQueriesContext(connection) as statements:
        assert kim.get(f"/{query}").status_code == 200
    assert len(statements) <= 8, [query["sql"] for query in statements]


@pytest.mark.parametrize(
    ("hour", "minutes_ago", "query", "is_calm"),
    [
        (20, 11, "", True),
        (20, 9, "", False),  # many are about to open what has just come
        (7, 60, "", False),  # the morning
        (5, 60, "", True),
        (20, 60, "?unread=1", False),
    ],
)
def test_phones_fetch_ahead_only_at_quiet_times(
    cast: Cast, kim: Client, monkeypatch: pytest.MonkeyPatch, hour: int, minutes_ago: int, query: str,
    *, is_calm: bool,
) -> None:  # fmt: skip
    now = datetime.combine(clock.today(), datetime.min.time(), clock.TOKYO).replace(hour=hour)
    send(cast.sakura, cast.sato, cast.haru, at=now - timedelta(minutes=minutes_ago))
    monkeypatch.setattr(clock, "now", lambda: now)
    assert (" data-calm" in kim.get(f"/{query}").content.decode()) is is_calm


def test_siblings_of_two_schools_are_one_line_with_both_marks(cast: Cast, kim: Client) -> None:
    send(None, cast.tanaka, cast.haru, cast.jun, title="区展")
    page = kim.get("/").content.decode()
    line = re.findall(r'<li class="message-item.*?</li>', page, re.DOTALL)
    assert len(line) == 1
    assert line[0].index("キム ハル") < line[0].index("キム ジュン")
    assert {"child-0", "child-1"} <= set(re.findall(r"child-\d", line[0]))
