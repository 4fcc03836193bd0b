"""Which messages a member of staff sees."""

import pytest

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


def test_what_a_teacher_wrote_to_a_single_child_stays_the_teachers(cast: Cast) -> None:
    mine = draft(cast.sato, cast.sakura, Target(kind="student", id=cast.aoi.id))
    send.release(access(cast.sato), mine.id)
    assert set(messages_for(access(cast.sato))) == {mine}
    assert not messages_for(access(cast.kobayashi)).exists()
