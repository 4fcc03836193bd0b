"""A push carries the whole page where it fits, and says so where it does not."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otayori.delivery.channels.webpush.encryption import MAX_PAYLOAD
from otayori.delivery.channels.webpush.payload import SMALL_PAYLOAD, render
from otayori.delivery.parcel import Kind, Urgency
from tests.delivery.push_notices import LETTER, long_letter, notice
from tests.delivery.push_server import unpack


def test_the_service_worker_finds_the_whole_page() -> None:
    batch = uuid.UUID("01976f00-0000-7000-8000-000000000001")
    deadline = datetime(2025, 6, 12, 8, 0, tzinfo=UTC)
    content = notice(batch_id=batch, urgency=Urgency.EMERGENCY, deadline=deadline)

    assert unpack(render(content)) == {
        "v": 1,
        "id": str(uuid.UUID(int=7)),
        "batch": str(batch),
        "url": content.url,
        "lang": "ja",
        "urgency": "emergency",
        "sender": "桜小学校",
        "title": "校外学習のお知らせ",
        "text": LETTER,
        "sent_at": "2025-06-12T06:30:00+00:00",
        "deadline": "2025-06-12T08:00:00+00:00",
    }


def test_what_may_only_stand_in_a_push_is_not_the_mails_text() -> None:
    page = unpack(render(notice(mail_title="お知らせが届いています", mail_text="開いてお読みください")))

    assert page["title"] == "校外学習のお知らせ"
    assert "deadline" not in page


def test_a_letter_of_2000_characters_fits_whole() -> None:
    text = (LETTER + long_letter(1700))[:2000]

    page = unpack(render(notice(text=text)))

    assert page["text"] == text
    assert "more" not in page


@pytest.mark.parametrize("limit", [MAX_PAYLOAD, SMALL_PAYLOAD])
def test_a_longer_letter_is_cut_after_a_sentence_and_says_so(limit: int) -> None:
    text = long_letter(12_000)

    payload = render(notice(text=text), limit=limit)
    page = unpack(payload)

    assert limit * 0.8 < len(payload) <= limit
    assert page["more"] is True
    assert text.startswith(page["text"])
    assert page["text"].endswith("。")


def test_a_long_letter_without_any_sentence_is_cut_at_the_limit() -> None:
    text = long_letter(12_000).replace("。", "、")

    payload = render(notice(text=text))

    assert MAX_PAYLOAD - 20 < len(payload) <= MAX_PAYLOAD


def test_even_the_title_gives_way_to_let_the_notice_through() -> None:
    page = unpack(render(notice(title=long_letter(9000), text="本文")))

    assert page["more"] is True
    assert page["text"] == ""
    assert len(page["title"]) > 1000


def test_an_address_that_fills_a_push_is_a_programming_error() -> None:
    url = "https://otayori.example.jp/m/" + "".join(uuid.uuid4().hex for _ in range(400))
    with pytest.raises(ValueError, match="does not fit"):
        render(notice(url=url))


@settings(max_examples=40)
@given(title=st.text(max_size=80), text=st.text(max_size=3000), limit=st.integers(900, MAX_PAYLOAD))
def test_any_text_fits_and_reads_back(title: str, text: str, limit: int) -> None:
    payload = render(replace(notice(), title=title, text=text), limit=limit)
    page = unpack(payload)

    assert len(payload) <= limit
    assert text.startswith(page["text"])
    assert page["text"] == text or page["more"] is True


def test_half_a_character_from_a_broken_paste_does_not_stop_a_notice() -> None:
    assert unpack(render(notice(text="遠足\ud83d")))["text"] == "遠足?"


def files(count: int) -> list[dict[str, Any]]:
    """Files as a batch tells them, with names as long as schools make them."""
    return [
        {
            "id": str(uuid.UUID(int=0x01976F00 << 96 | n * 0x9E3779B97F4A7C15)),
            "name": f"令和7年度_第{n}回_校外学習のしおり（保護者配布用・最終版）.pdf",
            "kind": "pdf",
            "size": 1_258_291 + n,
        }
        for n in range(count)
    ]


def test_what_is_told_again_says_why_and_which_words_it_has() -> None:
    page = unpack(render(notice(kind=Kind.CORRECTION, version=2)))

    assert (page["kind"], page["version"]) == ("correction", 2)
    assert unpack(render(notice(kind=Kind.REMINDER)))["kind"] == "reminder"
    assert unpack(render(notice(kind=Kind.RECALL, version=3, text="宛先の誤り")))["text"] == "宛先の誤り"


def test_a_first_message_has_no_key_that_an_older_service_worker_does_not_know() -> None:
    page = unpack(render(notice()))

    assert set(page) == {"v", "id", "batch", "url", "lang", "urgency", "sender", "title", "text", "sent_at"}


def test_ten_files_travel_as_links_beside_the_whole_text() -> None:
    payload = render(notice(text=long_letter(1000), files=files(10)))
    page = unpack(payload)

    assert len(payload) <= MAX_PAYLOAD
    assert page["files"] == [[one["id"], one["name"], "pdf", one["size"]] for one in files(10)]
    assert page["text"] == long_letter(1000)
    assert "more" not in page


def test_files_give_way_before_the_text_does() -> None:
    bare = notice(text=LETTER)
    room = len(render(bare)) + 50  # for `more`, and less than a file takes
    page = unpack(render(replace(bare, files=files(10)), limit=room))

    assert page["text"] == LETTER
    assert page["more"] is True
    assert "files" not in page


@pytest.mark.parametrize("limit", [MAX_PAYLOAD, SMALL_PAYLOAD])
def test_a_long_letter_with_ten_files_is_cut_as_without_them(limit: int) -> None:
    text = long_letter(12_000)

    assert (
        unpack(render(notice(text=text, files=files(10)), limit=limit))["text"]
        == (unpack(render(notice(text=text), limit=limit))["text"])
    )
