"""What the pages of confirming and approving ask of the database does not grow with children and files."""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.messaging import approve, confirm
from otayori.messaging.models import Message
from tests import cast as people
from tests.cast import Cast
from tests.console.asked import asked
from tests.console.message_stories import access, draft, whole
from tests.console.test_approval import attach, open_file

pytestmark = pytest.mark.django_db


def statements(client: Client, message: Message, name: str) -> int:
    address = reverse(f"console:{name}", args=[message.id])
    assert client.get(address).status_code == 200
    return len(asked(client, address))


def test_a_big_school_with_ten_files_asks_no_more_than_a_small_one(cast: Cast, client: Client) -> None:
    client.force_login(cast.suzuki)
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    attach(message)
    few = statements(client, message, "confirm")
    for n in range(40):
        child = people.student(cast.p3_2, 10 + n, f"森川 児{n}郎", "モリカワ ジ", f"9{n:03}")
        people.guardian("森川 親", f"m{n}@mail.example", child)
    files = [attach(message, f"森川 児{n}郎 090-0000-000{n}") for n in range(9)]
    assert few <= 12
    assert statements(client, message, "confirm") <= 12  # something is found: who is staff, is looked up too
    open_file(cast.suzuki, *message.attachments.all(), *files)
    approve.ask(access(cast.suzuki), message.id, confirm.look(message).fingerprint)
    assert statements(client, message, "message") <= 12
