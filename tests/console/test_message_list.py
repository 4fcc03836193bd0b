"""The list of messages: whose it shows, its filters, and its bounded number of statements."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otayori.delivery.models import Delivery
from otayori.delivery.parcel import Urgency
from otayori.messaging import send
from otayori.messaging.audience import Target
from tests.cast import Cast
from tests.console.asked import asked
from tests.console.message_stories import access, draft, released, whole
from tests.delivery.ledger import write_rows

pytestmark = pytest.mark.django_db
LIST = "/console/messages/"


def titles(client: Client, query: str = "") -> list[str]:
    return [row["message"].title for row in client.get(LIST + query).context["rows"]]


def test_a_row_tells_audience_state_and_readers(client: Client, cast: Cast) -> None:
    message = released(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    message.recipients.filter(guardian=cast.kim).update(read_at=timezone.now())
    client.force_login(cast.suzuki)
    (row,) = client.get(LIST).context["rows"]
    assert (row["audience"], row["state"], row["read"], row["recipients"]) == ("3年1組", "sending", 1, 3)
    page = client.get(LIST).content.decode()
    assert "1人 / 3人" in page
    assert "佐藤 先生" in page


def test_drafts_of_others_are_private(client: Client, cast: Cast) -> None:
    draft(cast.sato, cast.sakura, title="佐藤の下書き")
    draft(cast.suzuki, cast.sakura, title="校長の下書き")
    client.force_login(cast.sato)
    assert titles(client) == ["佐藤の下書き"]
    client.force_login(cast.suzuki)
    assert set(titles(client)) == {"佐藤の下書き", "校長の下書き"}
    client.force_login(cast.tanaka)
    assert titles(client) == []


def test_filters_by_state_urgency_and_sender(client: Client, cast: Cast) -> None:
    draft(cast.suzuki, cast.sakura, title="下書き")
    released(cast.suzuki, cast.sakura, whole(cast.sakura), title="終わった", urgency=Urgency.EMERGENCY)
    write_rows()
    Delivery.objects.update(status="sent")
    stopped = released(cast.suzuki, cast.sakura, whole(cast.sakura), title="止めた")
    send.stop(access(cast.suzuki), stopped)
    released(cast.tanaka, None, Target(kind="ward"), title="区から")
    client.force_login(cast.suzuki)
    assert titles(client) == ["下書き", "区から", "止めた", "終わった"]  # the board's, to families of sakura
    assert titles(client, "?state=draft") == ["下書き"]
    assert titles(client, "?state=sent") == ["終わった"]
    assert titles(client, "?state=stopped") == ["止めた"]
    assert titles(client, "?urgency=emergency") == ["終わった"]
    assert titles(client, "?state=nonsense&urgency=x&sender=y&page=z") == titles(client)
    client.force_login(cast.tanaka)
    assert titles(client, "?state=sending") == ["区から"]
    assert titles(client, f"?sender={cast.sakura.id}") == ["止めた", "終わった"]
    assert titles(client, "?sender=board") == ["区から"]


def test_statements_are_bounded_whatever_the_number(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    picks = [
        Target(kind="classroom", id=cast.p3_1.id),
        Target(kind="group", id=cast.soccer.id),
        Target(kind="grade", id=cast.sakura.id, grade="P3"),
        Target(kind="student", id=cast.aoi.id),
    ]
    for pick in picks:
        released(cast.suzuki, cast.sakura, pick)
    few = statements(client)
    for pick in picks * 6:
        released(cast.suzuki, cast.sakura, pick)
    assert statements(client) <= few
    assert few <= 12
    assert client.get(LIST).context["page"].paginator.num_pages == 2


def statements(client: Client) -> int:
    client.get(LIST)  # unwraps keys that a process keeps
    return len(asked(client, LIST))


def test_the_widest_part_of_an_audience_speaks_for_the_rest(client: Client, cast: Cast) -> None:
    class_1 = Target(kind="classroom", id=cast.p3_1.id)
    draft(cast.suzuki, cast.sakura, class_1, whole(cast.sakura))
    draft(cast.suzuki, cast.sakura, class_1, Target(kind="group", id=cast.soccer.id))
    client.force_login(cast.suzuki)
    audiences = [row["audience"] for row in client.get(LIST).context["rows"]]
    assert audiences == ["3年1組、サッカークラブ", "学校全体"]


def test_nothing_of_another_school_is_to_be_had(client: Client, cast: Cast) -> None:
    """Teacher Kobayashi of kashiwa: 404 on everything of sakura's messages, whatever the method."""
    sent = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    unsent = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    board = released(cast.tanaka, None, whole(cast.sakura))
    client.force_login(cast.kobayashi)
    names = ("message", "draft", "discard", "confirm", "release", "progress_part", "report", "stop")
    read = ("message", "confirm", "progress_part", "report")  # take no POST from anybody
    for message in (sent, unsent, board):
        for name in names:
            address = reverse(f"console:{name}", args=[message.id])
            if name != "release":
                assert client.get(address).status_code == 404, name
            refused = 405 if name in read else 404
            assert client.post(address, {"seen": "x", "action": "save"}).status_code == refused, name
    foreign = {"sender": str(cast.sakura.id), "to": [whole(cast.sakura).key], "student": "キム"}
    for name in ("audience_count", "student_search"):
        assert client.post(reverse(f"console:{name}"), foreign).status_code == 404
    assert client.get(f"/console/messages/new?from={cast.sakura.id}").status_code == 404
    assert client.get("/console/messages/new?from=board").status_code == 404
    assert titles(client) == []
