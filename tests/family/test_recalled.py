"""What guardians find of a message that was recalled, or corrected."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otayori.messaging.models import Message, Recipient
from tests.cast import Cast
from tests.family.paper import attach, correct, recall, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim(cast: Cast, client: Client) -> Client:
    client.force_login(cast.kim.user)
    return client


def row(message: Message, cast: Cast) -> Recipient:
    return Recipient.objects.get(message=message, guardian=cast.kim)


def test_of_a_recalled_message_only_who_withdrew_it_when_and_why_is_left(cast: Cast, kim: Client) -> None:
    leak = send(
        cast.sakura, cast.suzuki, cast.haru, title="就学援助の山田さん", text="口座は…", urgency="emergency"
    )
    recall(leak, cast.suzuki, "別のご家庭あての内容でした。\n破棄をお願いします。")
    page = kim.get(f"/m/{leak.id}")
    words = page.content.decode()
    assert page.status_code == 200
    assert page.headers["Otayori-Recalled"] == "1"
    for expected in (
        "お知らせの取り消し",
        "に、桜小学校がこのお知らせを取り消しました。",
        "別のご家庭あての内容でした。",
        "キム ハル",
    ):
        assert expected in words
    for gone in ("就学援助", "山田", "口座", "緊急", "鈴木"):
        assert gone not in words


def test_the_list_never_says_what_was_recalled(cast: Cast, kim: Client) -> None:
    leak = send(cast.sakura, cast.suzuki, cast.haru, title="就学援助の山田さん", urgency="emergency",
                at=timezone.now() - timedelta(days=1))  # fmt: skip
    send(cast.sakura, cast.sato, cast.haru, title="遠足")
    recall(leak, cast.suzuki)
    page = kim.get("/").content.decode()
    assert page.index("遠足") < page.index(
        "お知らせの取り消し"
    )  # no emergency any more that would stand on top
    assert "取り消されました" in page
    assert "就学援助" not in page
    lines = re.findall(r'<li class="message-item.*?</li>', page, re.DOTALL)
    assert len(lines) == 2
    assert not [line for line in lines if "緊急" in line]  # a filter of the page is called so too


def test_who_opens_what_was_recalled_has_seen_its_last_version_alone(cast: Cast, kim: Client) -> None:
    leak = recall(send(cast.sakura, cast.suzuki, cast.haru), cast.suzuki)
    assert "is-unread" in kim.get("/").content.decode()
    kim.get(f"/m/{leak.id}")
    assert row(leak, cast).read_version == leak.version == 2
    assert "is-unread" not in kim.get("/").content.decode()


def test_a_corrected_message_shows_its_new_words_and_what_changed(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足の集合", text="集合は8:15です。")
    correct(
        message, cast.sato, title="遠足の集合時刻", text="集合は8:45です。", note="時刻が違っていました。"
    )
    page = kim.get(f"/m/{message.id}")
    words = page.content.decode()
    assert page.headers["Otayori-Version"] == "2"
    for expected in (
        "に訂正されました",
        "時刻が違っていました。",
        "集合は8:45です。",
        "変わったところを見る",
        "（追加）",
        "（削除）",
    ):
        assert expected in words
    assert "<del>" in words
    assert "<ins>" in words
    assert 'data-version="2"' in words


def test_a_message_that_was_never_corrected_says_nothing_of_it(cast: Cast, kim: Client) -> None:
    page = kim.get(f"/m/{send(cast.sakura, cast.sato, cast.haru).id}").content.decode()
    assert "訂正" not in page
    assert "変わったところ" not in page


def test_a_correction_is_unread_until_it_is_opened(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    kim.get(f"/m/{message.id}")
    first = row(message, cast)
    assert first.read_version == 1
    correct(message, cast.sato, text="晴れました。")
    assert "is-unread" in kim.get("/").content.decode()
    kim.get(f"/m/{message.id}")
    again = row(message, cast)
    assert (again.read_at, again.read_version) == (first.read_at, 2)
    assert "is-unread" not in kim.get("/").content.decode()


def test_a_receipt_tells_which_version_was_read(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    correct(message, cast.sato, text="晴れました。")
    others = send(cast.sakura, cast.sato, cast.aoi)

    def post(**body: object) -> int:
        return kim.post("/receipts", json.dumps(body), content_type="application/json").status_code

    ids = [str(message.id), str(others.id)]
    assert post(ids=ids, versions={str(message.id): 2, str(others.id): 2}) == 200
    assert post(ids=ids, versions={str(message.id): 1}) == 200
    assert post(ids=ids) == 200  # an app of before corrections
    assert row(message, cast).read_version == 2
    assert not Recipient.objects.filter(message=others, read_version__gt=0).exists()
    for nonsense in ({"x": 1}, {ids[0]: "2"}, {ids[0]: 0}, {ids[0]: 10**9}, {ids[0]: None}, [1], 3):
        assert post(ids=ids, versions=nonsense) == 400


@pytest.mark.parametrize("change", ["files", "correction", "recall"])
def test_few_statements(cast: Cast, kim: Client, change: str) -> None:
    message = send(None, cast.tanaka, cast.haru, cast.jun)
    for number in range(10):
        attach(message, f"{number}.pdf", pages=0)
    if change == "correction":
        correct(message, cast.tanaka, text="新しい本文")
    if change == "recall":
        recall(message, cast.tanaka)
    kim.get("/token")  # the first visit of a week makes the session last longer
    for _first_time_and_again in range(2):
        with CaptureQueriesContext(connection) as page:
            kim.get(f"/m/{message.id}")
        assert len(page) <= 10, "\n".join(query["sql"][:150] for query in page)
    with CaptureQueriesContext(connection) as inbox:
        kim.get("/")
    assert len(inbox) <= 8, "\n".join(query["sql"][:150] for query in inbox)
