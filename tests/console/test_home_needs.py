"""Home lists what needs this person: approvals, what came back, what can still be undone; and asks little."""

from datetime import timedelta

import pytest
from django.test import Client

from otayori.accounts.models import Role, User
from otayori.console.context import channel_trouble, forget_trouble
from otayori.core import clock
from otayori.messaging.audience import Target
from otayori.messaging.models import ApprovalStep, Message, SendingRules
from otayori.schools.models import School
from tests.cast import Cast, staff
from tests.console.many import fill
from tests.console.message_stories import draft, scheduled, whole

pytestmark = pytest.mark.django_db


def asked(author: User, school: School | None, title: str, **fields: object) -> Message:
    """A message that waits for approval."""
    message = draft(author, school, title=title)
    step(message, author, ApprovalStep.Did.ASKED)
    waiting = {"state": "approval", "asked_by": author, "asked_at": clock.now(), "fingerprint": "x"}
    Message.objects.filter(id=message.id).update(**waiting | fields)
    return message


def step(message: Message, by: User, did: ApprovalStep.Did) -> None:
    ApprovalStep.objects.create(message=message, by=by, did=did, fingerprint="x")


def lines(client: Client, kind: str) -> list[str]:
    return [message.title for message in client.get("/console/").context[kind]["lines"]]


def test_an_approval_is_asked_of_who_decides_and_not_of_who_asked(client: Client, cast: Cast) -> None:
    asked(cast.sato, cast.sakura, "佐藤の依頼")
    asked(cast.sato, cast.sakura, "緊急の依頼", urgency="emergency")
    asked(cast.suzuki, cast.sakura, "校長の依頼")
    client.force_login(cast.suzuki)
    assert lines(client, "approvals") == ["緊急の依頼", "佐藤の依頼"]
    assert lines(client, "asked") == ["校長の依頼"]
    page = client.get("/console/").content.decode()
    assert "承認の依頼" in page
    assert "佐藤 先生" in page
    client.force_login(cast.sato)
    assert lines(client, "approvals") == []
    assert set(lines(client, "asked")) == {"佐藤の依頼", "緊急の依頼"}
    client.force_login(cast.kobayashi)
    assert "依頼" not in client.get("/console/").content.decode().replace("承認の依頼も", "")


def test_the_board_approves_its_own(client: Client, cast: Cast) -> None:
    other = staff("高橋 係長", "takahashi@board.example", None, Role.BOARD_OFFICER)
    asked(other, None, "区のお知らせ")
    asked(cast.sato, cast.sakura, "桜小の依頼")
    client.force_login(cast.tanaka)
    assert lines(client, "approvals") == ["区のお知らせ"]
    client.force_login(staff("監査 花子", "kansa@board.example", None, Role.AUDITOR))
    assert lines(client, "approvals") == []
    assert "届かなかったお知らせはありません。" in client.get("/console/").content.decode()


def test_what_was_sent_back_comes_to_its_author_until_it_is_asked_again(client: Client, cast: Cast) -> None:
    message = draft(cast.sato, cast.sakura, title="直すもの")
    step(message, cast.sato, ApprovalStep.Did.ASKED)
    client.force_login(cast.sato)
    assert (lines(client, "sent_back"), lines(client, "drafts")) == ([], ["直すもの"])
    step(message, cast.suzuki, ApprovalStep.Did.SENT_BACK)
    assert (lines(client, "sent_back"), lines(client, "drafts")) == (["直すもの"], [])
    assert "差し戻し" in client.get("/console/").content.decode()
    client.force_login(cast.suzuki)
    assert lines(client, "sent_back") == []
    step(message, cast.sato, ApprovalStep.Did.WITHDRAWN)
    client.force_login(cast.sato)
    assert lines(client, "sent_back") == []


def test_what_was_confirmed_just_now_can_be_undone(client: Client, cast: Cast) -> None:
    SendingRules.objects.filter(school=cast.sakura).update(undo_seconds=60)
    soon = scheduled(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id), release_at=None)
    scheduled(cast.suzuki, cast.sakura, whole(cast.sakura), title="あさっての予約")
    client.force_login(cast.sato)
    assert lines(client, "undoable") == ["明日の遠足"]
    due = soon.due_at.astimezone(clock.TOKYO) if soon.due_at else None
    assert f"{due:%H:%M:%S} までは取り消せます" in client.get("/console/").content.decode()
    client.force_login(cast.suzuki)  # who decides may undo it too
    assert lines(client, "undoable") == ["明日の遠足"]
    client.force_login(cast.tanaka)
    assert lines(client, "undoable") == []


def test_more_than_there_is_room_for_is_counted(client: Client, cast: Cast) -> None:
    for n in range(5):
        draft(cast.suzuki, cast.sakura, title=f"下書き {n}")
    client.force_login(cast.suzuki)
    page = client.get("/console/").content.decode()
    assert lines(client, "drafts") == ["下書き 4", "下書き 3", "下書き 2"]
    assert "ほか 2件を見る" in page
    assert "/console/messages/?state=draft&amp;mine=1" in page


def test_a_full_day_is_cut_with_a_link_to_the_rest(client: Client, cast: Cast) -> None:
    fill(cast)
    Message.objects.update(released_at=clock.now())
    client.force_login(cast.suzuki)
    page = client.get("/console/")
    assert len(page.context["today"]) == 20
    assert page.context["today_rest"] > 200
    assert f"?when={clock.today()}" in page.content.decode()


@pytest.mark.slow
def test_twelve_statements_for_everybody(client: Client, cast: Cast, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    fill(cast)
    asked(cast.sato, cast.sakura, "佐藤の依頼")
    draft(cast.suzuki, cast.sakura, Target(kind="student", id=cast.aoi.id))
    at = clock.now() + timedelta(seconds=20)
    scheduled(cast.suzuki, cast.sakura, whole(cast.sakura), release_at=at)
    auditor = staff("監査 花子", "kansa@board.example", None, Role.AUDITOR)
    for person in (cast.suzuki, cast.sato, cast.tanaka, auditor):
        client.force_login(person)
        client.get("/console/")
        forget_trouble()
        channel_trouble()
        with django_assert_max_num_queries(12):
            assert len(client.get("/console/").context["today"]) > 0
