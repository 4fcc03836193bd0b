"""Which messages a member of staff sees."""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.messaging import send
from otayori.messaging.access import messages_for
from otayori.messaging.audience import Target
from tests.cast import Cast
from tests.messaging.test_release import access, draft

pytestmark = pytest.mark.django_db


def test_a_message_to_a_single_child_is_not_every_teachers_business(cast: Cast) -> None:
    to_the_class = draft(cast.suzuki, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    to_aoi = draft(cast.suzuki, cast.sakura, Target(kind="student", id=cast.aoi.id))
    for message in (to_the_class, to_aoi):
        send.release(access(cast.suzuki), message.id)
    assert set(messages_for(access(cast.sato))) == {to_the_class}
    assert set(messages_for(access(cast.suzuki))) == {to_the_class, to_aoi}
    assert set(messages_for(access(cast.tanaka))) == {to_the_class, to_aoi}


def test_staff_read_what_the_board_sent_to_their_families(cast: Cast) -> None:
    to_all = draft(cast.tanaka, None, Target(kind="ward"))
    to_kashiwa = draft(cast.tanaka, None, Target(kind="school", id=cast.kashiwa.id))
    unsent = draft(cast.tanaka, None, Target(kind="ward"))
    for message in (to_all, to_kashiwa):
        send.release(access(cast.tanaka), message.id)
    assert set(messages_for(access(cast.suzuki))) == {to_all}
    assert set(messages_for(access(cast.kobayashi))) == {to_all, to_kashiwa}
    assert set(messages_for(access(cast.tanaka))) == {to_all, to_kashiwa, unsent}


def test_a_manager_sees_the_names_of_the_own_school_alone(cast: Cast, client: Client) -> None:
    message = draft(cast.tanaka, None, Target(kind="ward"))
    send.release(access(cast.tanaka), message.id)
    client.force_login(cast.suzuki)
    page = client.get(reverse("console:report", args=[message.id]))
    assert "山田 葵" in page.content.decode()
    assert "伊藤 凛" not in page.content.decode()
    elsewhere = client.get(reverse("console:report", args=[message.id]), {"school": cast.kashiwa.id})
    assert elsewhere.status_code == 404
    assert client.post(reverse("console:stop", args=[message.id])).status_code == 404


def test_what_a_teacher_wrote_to_a_single_child_stays_the_teachers(cast: Cast) -> None:
    mine = draft(cast.sato, cast.sakura, Target(kind="student", id=cast.aoi.id))
    send.release(access(cast.sato), mine.id)
    assert set(messages_for(access(cast.sato))) == {mine}
    assert not messages_for(access(cast.kobayashi)).exists()
