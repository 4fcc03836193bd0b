"""Whose names a teacher reads: of own classes, on every page of a message; never who is in support."""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import Membership, Role
from otayori.messaging.audience import Target
from otayori.messaging.models import Message
from otayori.roster.models import GroupStaff
from tests.cast import Cast
from tests.console.message_stories import access, draft, fields, released, whole
from tests.shape.things import asked, support_group

pytestmark = pytest.mark.django_db

NAMING = ("message", "report", "exposure", "exposure_csv", "letters")


@pytest.fixture
def teacher(cast: Cast, client: Client) -> Client:
    """Sato of 3年1組."""
    client.force_login(cast.sato)
    return client


def said(client: Client, message: Message, query: str = "?show=all") -> dict[str, str]:
    """What the pages that name people say, by their address's name."""
    pages = {name: client.get(reverse(f"console:{name}", args=[message.id]) + query) for name in NAMING}
    assert {page.status_code for page in pages.values()} == {200}
    return {name: page.content.decode() for name, page in pages.items()}


def test_a_teacher_reads_the_names_of_own_classes_alone(cast: Cast, teacher: Client) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    pages = said(teacher, message)
    assert "山田 葵" in pages["report"]
    for name, page in pages.items():
        assert "アルバレス 芽衣" not in page, name
        assert "Maria Alvarez" not in page, name


def test_a_teacher_reads_the_names_of_own_classes_of_what_the_board_sent(cast: Cast, teacher: Client) -> None:
    message = released(cast.tanaka, None, whole(cast.sakura), whole(cast.kashiwa))
    for name, page in said(teacher, message).items():
        assert "アルバレス 芽衣" not in page, name
        assert "キム ジュン" not in page, name


def test_who_is_in_a_support_group_is_not_told_by_its_messages(cast: Cast, teacher: Client) -> None:
    group = support_group(cast)
    message = released(cast.suzuki, cast.sakura, Target(kind="group", id=group.id))
    for name, page in said(teacher, message).items():
        assert "山田" not in page, name  # though Aoi is of Sato's class
    assert "3年1組" not in said(teacher, message)["message"]
    GroupStaff.objects.create(group=group, user=cast.sato)
    assert "山田 葵" in said(teacher, message)["report"]


def test_nor_by_choosing_it(cast: Cast, teacher: Client) -> None:
    target = Target(kind="group", id=support_group(cast).id)
    form = {"sender": str(cast.sakura.id)} | fields(target)
    assert "山田" not in teacher.post(reverse("console:audience_names"), form).content.decode()


def test_nor_by_writing_to_it(cast: Cast, teacher: Client) -> None:
    message = asked(cast, Target(kind="group", id=support_group(cast).id))
    assert "山田" not in teacher.get(reverse("console:message", args=[message.id])).content.decode()
    teacher.post(reverse("console:withdraw", args=[message.id]))
    assert "山田" not in teacher.get(reverse("console:confirm", args=[message.id])).content.decode()


def test_an_author_who_is_an_auditor_by_now_changes_nothing(cast: Cast, teacher: Client) -> None:
    sent = released(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    kept = draft(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    waiting = asked(cast, Target(kind="classroom", id=cast.p3_1.id))
    Membership.objects.filter(user=cast.sato).delete()
    Membership.objects.create(user=cast.sato, role=Role.AUDITOR)
    for name in ("recall", "correct", "remind", "late_joiners", "stop"):
        assert teacher.post(reverse(f"console:{name}", args=[sent.id])).status_code == 404, name
    for name in ("draft", "discard", "release", "ask_approval"):
        assert teacher.post(reverse(f"console:{name}", args=[kept.id])).status_code == 404, name
    assert teacher.post(reverse("console:withdraw", args=[waiting.id])).status_code == 404
    assert not access(cast.sato).works_for(cast.sakura.id)


def test_an_auditor_takes_no_letters_out(cast: Cast, client: Client) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    Membership.objects.filter(user=cast.sato).update(role=Role.AUDITOR, school=None)
    client.force_login(cast.sato)
    assert "印刷する" not in client.get(reverse("console:letters", args=[message.id])).content.decode()
    answer = client.post(reverse("console:letters_print", args=[message.id]), {"what": "call"})
    assert answer.status_code == 404
