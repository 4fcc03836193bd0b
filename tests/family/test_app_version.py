"""What a browser asks for each time the app is opened: a device that has it is told so in a few bytes."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/sw.js", "/manifest.webmanifest"])
def test_what_the_device_has_is_not_sent_again(cast: Cast, client: Client, address: str) -> None:
    client.force_login(cast.kim.user)
    first = client.get(address, HTTP_ACCEPT_ENCODING="gzip", HTTP_ACCEPT_LANGUAGE="ja")
    assert first.headers["Cache-Control"] == "no-cache"  # asked about each time, or no new version would come
    with CaptureQueriesContext(connection) as statements:
        again = client.get(
            address,
            HTTP_ACCEPT_ENCODING="gzip",
            HTTP_ACCEPT_LANGUAGE="ja",
            HTTP_IF_NONE_MATCH=first.headers["ETag"],
        )
    assert (again.status_code, again.content, len(statements)) == (304, b"", 0)


def test_the_manifest_of_another_language_is_another(client: Client) -> None:
    ours = client.get("/manifest.webmanifest", HTTP_ACCEPT_LANGUAGE="ja")
    theirs = client.get(
        "/manifest.webmanifest", HTTP_ACCEPT_LANGUAGE="ko", HTTP_IF_NONE_MATCH=ours.headers["ETag"]
    )
    assert theirs.status_code == 200
