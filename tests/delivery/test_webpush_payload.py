"""A push carries the whole page where it fits, and says so where it does not."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otayori.delivery.channels.webpush.encryption import MAX_PAYLOAD
from otayori.delivery.channels.webpush.payload import SMALL_PAYLOAD, render
from otayori.delivery.parcel import Urgency
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
