"""The page of one message, and receipts."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from otayori.family.links import pieces
from otayori.messaging.models import Message, Recipient
from tests.cast import Cast
from tests.family.paper import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim(cast: Cast, client: Client) -> Client:
    client.force_login(cast.kim.user)
    return client


def is_read(message: Message, cast: Cast) -> bool:
    return Recipient.objects.get(message=message, guardian=cast.kim).read_at is not None


def post(client: Client, body: object, **extra: object):  # type: ignore[no-untyped-def]
    return client.post("/receipts", json.dumps(body), content_type="application/json", **extra)


def test_the_page_says_who_sent_what_to_whom(cast: Cast, kim: Client) -> None:
    text = "くわしくは https://ward.example/a?b=1&c=2をご覧ください。\n<script>alert(1)</script>"
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足 & 水筒", text=text, urgency="important")
    page = kim.get(f"/m/{message.id}").content.decode()
    for words in ("遠足 &amp; 水筒", "桜小学校", "キム ハル", "重要", "学校生活", "&lt;script&gt;"):
        assert words in page
    assert '<a href="https://ward.example/a?b=1&amp;c=2" rel="noopener noreferrer">' in page
    assert "<script>alert" not in page


def test_opening_it_marks_it_read_once(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    assert not is_read(message, cast)
    kim.get(f"/m/{message.id}")
    first = Recipient.objects.get(message=message, guardian=cast.kim).read_at
    kim.get(f"/m/{message.id}")
    assert first == Recipient.objects.get(message=message, guardian=cast.kim).read_at


def test_what_the_app_fetches_to_keep_is_not_read_by_anybody(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    kim.get(f"/m/{message.id}", headers={"Otayori-Purpose": "store"})
    kim.get(f"/m/{message.id}", headers={"Sec-Purpose": "prefetch"})
    assert not is_read(message, cast)


def test_another_familys_message_is_not_found(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.aoi)
    assert kim.get(f"/m/{message.id}").status_code == 404
    post(kim, {"ids": [str(message.id)]})
    assert not Recipient.objects.filter(read_at__isnull=False).exists()


def test_few_statements(cast: Cast, kim: Client) -> None:
    message = send(None, cast.tanaka, cast.haru, cast.jun)
    kim.get("/token")  # the first visit of a week makes the session last longer
    for _first_time_and_again in range(2):
        with CaptureQueriesContext(connection) as statements:
            kim.get(f"/m/{message.id}")
        assert len(statements) <= 8, [query["sql"] for query in statements]


def test_receipts_come_in_a_batch_and_twice(cast: Cast, kim: Client) -> None:
    messages = [send(cast.sakura, cast.sato, cast.haru) for _ in range(3)]
    ids = [str(message.id) for message in messages]
    assert post(kim, {"ids": ids}).json() == {"read": 3}
    assert post(kim, {"ids": ids}).json() == {"read": 0}


@pytest.mark.parametrize("body", ["{", [], {}, {"ids": 3}, {"ids": ["x"]}, {"ids": [1]}, {"ids": [None]}])
def test_receipts_that_make_no_sense_are_refused(kim: Client, body: object) -> None:
    assert post(kim, body).status_code == 400


def test_a_stored_page_gets_a_fresh_token_for_its_receipts(cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.kim.user)
    assert post(strict, {"ids": [str(message.id)]}).status_code == 403
    token = strict.get("/token").json()["csrf"]
    assert post(strict, {"ids": [str(message.id)]}, headers={"X-CSRFToken": token}).json() == {"read": 1}


def test_who_is_signed_out_is_told_by_401(client: Client) -> None:
    assert post(client, {"ids": []}, headers={"Accept": "application/json"}).status_code == 401


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("https://a.example/bをご覧ください", ["https://a.example/b"]),
        ("(https://a.example/b). 次", ["https://a.example/b"]),
        (
            "http://a.example と https://b.example/?c=d&e=f、です",
            ["http://a.example", "https://b.example/?c=d&e=f"],
        ),
        ("https:// だけ", []),
        ("javascript:alert(1)", []),
        ("", []),
    ],
)
def test_addresses_are_found_in_japanese_without_spaces(text: str, urls: list[str]) -> None:
    found = pieces(text)
    assert [piece.url for piece in found if piece.url] == urls
    assert "".join(piece.text for piece in found) == text
