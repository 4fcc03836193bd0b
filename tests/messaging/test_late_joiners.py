"""Late joiners: who came into the class or registered later gets an earlier message by choice alone."""

from datetime import timedelta

import pytest

from otayori.core import clock
from otayori.messaging.audience import Target
from otayori.messaging.late_joiners import late_joiners, tell_late_joiners
from otayori.messaging.models import FollowUp, Message, Recipient
from otayori.roster.models import Guardianship
from tests import cast as people
from tests.cast import Cast
from tests.console.message_stories import access, whole
from tests.messaging.after_stories import settle_all, told, went_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(cast: Cast) -> Message:
    """To 3年1組, before Mori Itsuki came into it and Haru's other parent registered."""
    return went_out(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))


@pytest.fixture
def newcomers(cast: Cast, message: Message) -> list[people.Guardian]:
    itsuki = people.student(cast.p3_1, 4, "森 樹", "モリ イツキ", "0010")
    return [
        people.guardian("森 京子", "mori@mail.example", itsuki),
        people.guardian("キム ドユン", "doyun@mail.example", cast.haru),
    ]


def test_newcomers_are_shown_with_their_children_and_told_nothing(
    cast: Cast, message: Message, newcomers: list[people.Guardian]
) -> None:
    assert [(one.name, one.children) for one in late_joiners(access(cast.sato), message)] == [
        ("キム ドユン", (("3年1組 1番", "キム ハル"),)),
        ("森 京子", (("3年1組 4番", "森 樹"),)),
    ]
    assert Recipient.objects.filter(message=message).count() == 3
    assert not FollowUp.objects.exists()


def test_who_is_chosen_is_told_once(cast: Cast, message: Message, newcomers: list[people.Guardian]) -> None:
    mori, _doyun = newcomers
    chosen = [mori.id, cast.alvarez.id, cast.yamada.id]  # of another class; told already
    assert tell_late_joiners(access(cast.sato), message.id, chosen) == 1
    assert tell_late_joiners(access(cast.sato), message.id, chosen) == 0
    (again,) = FollowUp.objects.all()
    assert (told(again), again.kind, again.guardians) == ({"森 京子"}, "late", 1)
    row = Recipient.objects.get(message=message, guardian=mori)
    assert [child.name for child in row.students.all()] == ["森 樹"]
    settle_all(message)
    assert again.batch.deliveries.get().status == "sent"
    assert [one.name for one in late_joiners(access(cast.sato), message)] == ["キム ドユン"]


def test_who_is_blocked_is_no_late_joiner(
    cast: Cast, message: Message, newcomers: list[people.Guardian]
) -> None:
    Guardianship.objects.filter(guardian=newcomers[0]).update(blocked_at=clock.now())
    assert [one.name for one in late_joiners(access(cast.sato), message)] == ["キム ドユン"]
    assert tell_late_joiners(access(cast.sato), message.id, [newcomers[0].id, cast.blocked.id]) == 0


def test_a_teacher_reads_and_tells_those_of_the_own_class_alone(cast: Cast) -> None:
    """What went to the whole school by a manager's approval names nobody of other classes to its author."""
    message = went_out(cast.suzuki, cast.sakura, whole(cast.sakura))
    Message.objects.filter(id=message.id).update(author=cast.sato)
    message.refresh_from_db()
    itsuki = people.student(cast.p3_1, 4, "森 樹", "モリ イツキ", "0010")
    ren = people.student(cast.p3_2, 2, "高橋 蓮", "タカハシ レン", "0011")
    mori = people.guardian("森 京子", "mori@mail.example", itsuki, ren)
    takahashi = people.guardian("高橋 愛", "takahashi@mail.example", ren)

    assert [(one.name, one.children) for one in late_joiners(access(cast.sato), message)] == [
        ("森 京子", (("3年1組 4番", "森 樹"),)),
    ]
    assert len(late_joiners(access(cast.suzuki), message)) == 2
    assert tell_late_joiners(access(cast.sato), message.id, [takahashi.id]) == 0
    assert tell_late_joiners(access(cast.sato), message.id, [mori.id]) == 1
    assert Recipient.objects.get(message=message, guardian=mori).students.count() == 2
    assert tell_late_joiners(access(cast.suzuki), message.id, [takahashi.id]) == 1


def test_a_message_of_last_year_or_past_its_deadline_is_for_nobody_new(
    cast: Cast, message: Message, newcomers: list[people.Guardian]
) -> None:
    for change in (
        {"deliver_before": clock.now() - timedelta(minutes=1)},
        {"deliver_before": None, "released_at": clock.now() - timedelta(days=366)},
    ):
        Message.objects.filter(id=message.id).update(**change)
        message.refresh_from_db()
        assert late_joiners(access(cast.sato), message) == []
    assert tell_late_joiners(access(cast.sato), message.id, [one.id for one in newcomers]) == 0
