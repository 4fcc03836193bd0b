"""What a page asks the database does not grow with the school: at most 12 statements for 1,200 children."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import User
from otayori.core.ids import new_id
from otayori.messaging.audience import Target
from otayori.messaging.models import Message
from tests.addresses import addresses
from tests.cast import Cast
from tests.console.asked import asked_if_shown
from tests.console.large_school import LargeSchool, build
from tests.console.message_stories import draft, fields, whole

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MOST = 12

# the messages that each looks at; with all of them for everybody this would take minutes
MANAGER = ("sent", "recalled", "approved", "asked by a teacher", "draft", "scheduled", "undo time")
TEACHER = ("sent by a teacher", "draft of a teacher", "draft to single children")
OFFICER = ("sent by the board", "asked by the board", "draft of the board", "stopped")

Asked = dict[tuple[str, str, str], list[str]]


def test_no_page_asks_more_than_twelve_times(cast: Cast) -> None:
    school = build(cast)
    noted: Asked = {}
    for who, whose in ((cast.suzuki, MANAGER), (cast.sato, TEACHER), (cast.tanaka, OFFICER)):
        client = _signed_in(who)
        for name, address in addresses("console", school.things):
            _note(noted, (who.name, name, ""), client, address)
        for about in whose:
            for name, address in _of_message(school, school.messages[about]):
                _note(noted, (who.name, name, about), client, address)
        of_one = [key for key in noted if key[0] == who.name]
        assert len(of_one) > 40
    assert not {key: found for key, found in noted.items() if len(found) > MOST}


def test_no_part_of_the_compose_page_asks_more_than_twelve_times(cast: Cast) -> None:
    build(cast)
    of_school: dict[str, Any] = {"sender": str(cast.sakura.id), "student": "佐藤", "student_not": "佐藤"}
    parts: Asked = {}
    for who in (cast.suzuki, cast.sato):
        picked = (
            Target(kind="grade", id=cast.sakura.id, grade="P3"),
            Target(kind="group", id=cast.soccer.id),
            Target(kind="student", id=cast.aoi.id),
        )
        form = fields(*picked) | of_school | {"not": [Target(kind="classroom", id=cast.p3_2.id).key]}
        form |= {"draft": str(draft(who, cast.sakura, whole(cast.sakura)).id)}
        _note_parts(parts, who, form)
    form = fields(Target(kind="ward")) | {"sender": "board", "open": f"to:{cast.sakura.id}"}
    _note_parts(parts, cast.tanaka, form | {"draft": str(draft(cast.tanaka, None).id)})
    assert len(parts) > 20
    assert not {key: found for key, found in parts.items() if len(found) > MOST}


def _note_parts(noted: Asked, who: User, form: dict[str, Any]) -> None:
    client = _signed_in(who)
    for name in (
        "audience_count",
        "audience_names",
        "student_search",
        "leaving_out",
        "school_targets",
        "mail_preview",
        "autosave",
    ):
        _note(noted, (who.name, name, ""), client, reverse(f"console:{name}"), form)
    kept = {"draft": str(new_id()), "template": "", "category": "safety", "urgency": "emergency"}
    simple = [key for key in form["to"] if key.partition(":")[0] in ("ward", "school", "grade")]
    emergency = form | kept | {"to": simple, "not": []}
    count = reverse("console:emergency_count")
    client.post(count, emergency)  # the first one makes the draft
    _note(noted, (who.name, "emergency_count", ""), client, count, emergency)


def _of_message(school: LargeSchool, message: Message) -> Iterator[tuple[str, str]]:
    """Give name and address of the pages about the message, and about its first file."""
    own = {"message_id": message.id, "attachment_id": message.attachments.all()[0].id}
    without = {name for name, _address in addresses("console", school.things)}
    for name, address in addresses("console", school.things | own):
        if name not in without:
            yield name, address


def _signed_in(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def _note(
    noted: Asked, key: tuple[str, str, str], client: Client, address: str, form: dict[str, Any] | None = None
) -> None:
    """Note what a page (or a part of one, posted) asks, if this person sees it."""
    is_shown, statements = asked_if_shown(client, address, form)
    if is_shown:
        noted[key] = statements
