"""What a page asks the database does not grow with the school: at most 12 statements for 1,200 children."""

import pytest
from bench.big_school import grow, write
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.addresses import addresses
from tests.cast import Cast
from tests.console.message_stories import draft, scheduled, whole

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MOST = 12
MESSAGES = 40


def test_no_page_asks_more_than_twelve_times(cast: Cast) -> None:
    rooms = grow(cast.sakura, cast.year)
    sent = write(cast.suzuki, cast.sakura, rooms, MESSAGES)
    unsent = [
        draft(cast.suzuki, cast.sakura, whole(cast.sakura)),
        scheduled(cast.suzuki, cast.sakura, whole(cast.sakura)),
    ]
    things = {
        "student_id": cast.aoi.id,
        "classroom_id": cast.p3_1.id,
        "school_id": cast.sakura.id,
        "user_id": cast.sato.id,
        "guardian_id": cast.yamada.id,
    }
    too_many: dict[tuple[str, str], list[str]] = {}
    for who in (cast.suzuki, cast.sato, cast.tanaka):
        client = Client()
        client.force_login(who)
        client.get("/console/")
        seen = 0
        for message in (sent[0], *unsent):
            for name, address in addresses("console", things | {"message_id": message.id}):
                if (asked := _asked(client, address)) is not None:
                    seen += 1
                    if len(asked) > MOST:
                        too_many[who.email, name] = asked
        assert seen > 30
    assert not too_many


def _asked(client: Client, address: str) -> list[str] | None:
    """What a page asks; None where there is none to see. The first time unwraps keys that a process keeps."""
    if client.get(address).status_code != 200:
        return None
    with CaptureQueriesContext(connection) as statements:
        client.get(address)
    return [query["sql"][:120] for query in statements.captured_queries]
