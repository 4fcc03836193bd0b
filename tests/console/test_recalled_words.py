"""The words and files of a recalled message are left to its author, the manager and who looks into it."""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import Role, User
from otayori.messaging import recall
from otayori.messaging.models import Message
from tests.cast import Cast, staff
from tests.console.message_stories import access, released, whole
from tests.family.paper import attach

pytestmark = pytest.mark.django_db

WORDS = "水筒を持たせてください。"


@pytest.fixture
def recalled(cast: Cast) -> Message:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura), text=WORDS)
    attach(message)
    return recall.recall(access(cast.suzuki), message.id, "宛先の誤り")


def sees(client: Client, user: User, message: Message) -> tuple[bool, int, int, bool]:
    """Whether the page shows the words, how file and copying are answered, whether a search finds them."""
    client.force_login(user)
    page = client.get(reverse("console:message", args=[message.id]))
    assert page.status_code == 200
    file = reverse("console:attachment", args=[message.id, message.attachments.get().id])
    found = client.post(reverse("console:message_search"), {"words": "水筒"}).content.decode()
    return (
        WORDS in page.content.decode(),
        client.get(file).status_code,
        client.post(reverse("console:copy", args=[message.id])).status_code,
        message.title in found,
    )


def test_another_teacher_sees_that_it_was_recalled_and_not_what_it_said(
    cast: Cast, client: Client, recalled: Message
) -> None:
    other = staff("森田 先生", "morita@school.example", cast.sakura, Role.TEACHER, cast.p3_2)
    assert sees(client, other, recalled) == (False, 404, 404, False)


def test_the_manager_still_sees_all_of_it(cast: Cast, client: Client, recalled: Message) -> None:
    assert sees(client, cast.suzuki, recalled) == (True, 200, 302, True)
