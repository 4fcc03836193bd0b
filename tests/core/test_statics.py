"""The files of pages: kept for a year under an address of their version, compressed, found by older pages."""

import gzip
import re
from typing import Any

from django.templatetags.static import static
from django.test import Client


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_file_is_kept_for_a_year_under_the_address_of_its_version(client: Client) -> None:
    address = static("otayori/base.css")
    assert re.fullmatch(r"/static/v-[0-9a-f]{12}/otayori/base\.css", address)
    answer = client.get(address)
    assert b"box-sizing" in content(answer)
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_page_of_another_version_gets_the_file_of_today_and_does_not_keep_it(client: Client) -> None:
    today = content(client.get(static("otayori/base.css")))
    for version in ("v-0123456789ab/", ""):
        answer = client.get(f"/static/{version}otayori/base.css")
        assert content(answer) == today
        assert "immutable" not in answer.headers["Cache-Control"]
    assert client.get("/static/v-0123456789ab/otayori/nothing.css").status_code == 404
    assert client.get("/static/v-0123456789ab/../settings.py").status_code == 404


def test_files_are_sent_compressed(client: Client) -> None:
    answer = client.get(static("otayori/base.css"), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"box-sizing" in gzip.decompress(content(answer))
