"""A scheduled message goes out at its time, once, to whom it concerns then; what can't go out comes back."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from otayori.accounts.models import Membership
from otayori.core import clock
from otayori.core.models import AuditEntry
from otayori.delivery.models import Batch
from otayori.delivery.parcel import Urgency
from otayori.messaging import confirm, schedule, send
from otayori.messaging.audience import Target
from otayori.messaging.compose import Missing
from otayori.messaging.models import Message
from otayori.roster.models import Guardianship
from tests import cast as people
from tests.cast import Cast
from tests.console.message_stories import access, draft, scheduled, whole

pytestmark = pytest.mark.django_db
LATER = timedelta(days=3)


def state(message: Message) -> tuple[str, str]:
    found = Message.objects.get(id=message.id)
    return found.state, found.returned


def actions(message: Message) -> list[str]:
    entries = AuditEntry.objects.filter(object_id=message.id).order_by("at")
    return list(entries.values_list("action", flat=True))


def test_it_goes_out_at_its_time_in_the_name_of_who_confirmed_it(cast: Cast) -> None:
    message = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura))
    assert schedule.release_due(clock.now()) == 0
    assert schedule.release_due(clock.now() + LATER) == 1
    assert schedule.release_due(clock.now() + LATER) == 0
    assert state(message) == ("released", "")
    assert actions(message) == ["message scheduled", "message released"]
    entry = AuditEntry.objects.get(action="message released")
    assert entry.actor_id == cast.suzuki.id
    assert Batch.objects.get().subject_id == message.id


def test_whom_it_reaches_is_decided_when_it_goes_out(cast: Cast) -> None:
    message = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura))
    ren = people.student(cast.p3_2, 2, "高橋 蓮", "タカハシ レン", "0099")
    takahashi = people.guardian("高橋 保護者", "takahashi@mail.example", ren)
    Guardianship.objects.filter(guardian=cast.yamada).update(blocked_at=clock.now())
    schedule.release_due(clock.now() + LATER)
    reached = set(message.recipients.values_list("guardian", flat=True))
    assert takahashi.id in reached
    assert cast.yamada.id not in reached


def test_scheduling_twice_is_once_and_what_was_seen_is_what_is_scheduled(cast: Cast) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), release_at=clock.now() + LATER)
    with pytest.raises(confirm.Changed):
        schedule.schedule(access(cast.suzuki), message.id, "another")
    seen = confirm.look(message).fingerprint
    for _click in range(2):
        schedule.schedule(access(cast.suzuki), message.id, seen)
    assert actions(message) == ["message scheduled"]


def test_an_emergency_is_never_put_by(cast: Cast) -> None:
    at_once = {"urgency": Urgency.EMERGENCY, "release_at": clock.now() + LATER}
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), **at_once)
    seen = confirm.look(message)
    with pytest.raises(send.NotReady) as refused:
        schedule.schedule(access(cast.suzuki), message.id, seen.fingerprint)
    assert refused.value.lacks == [Missing.RELEASE_EMERGENCY]
    kept = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura))
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(id=kept.id).update(urgency="emergency")


def test_cancelling_keeps_what_it_says_and_comes_too_late_after_the_release(cast: Cast) -> None:
    message = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura))
    assert schedule.cancel(access(cast.suzuki), message)
    assert state(message) == ("draft", "")
    assert Message.objects.get(id=message.id).release_at is not None
    assert schedule.release_due(clock.now() + LATER) == 0
    other = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura))
    schedule.release_due(clock.now() + LATER)
    assert not schedule.cancel(access(cast.suzuki), other)
    assert state(other) == ("released", "")


def test_who_may_not_send_any_more_does_not_send(cast: Cast) -> None:
    """The teacher loses the class, the manager leaves the school, the officer's account is closed."""
    class_1 = Target(kind="classroom", id=cast.p3_1.id)
    by_teacher = scheduled(cast.sato, cast.sakura, class_1)
    by_manager = draft(cast.sato, cast.sakura, class_1, release_at=clock.now() + LATER / 2)
    schedule.schedule(access(cast.suzuki), by_manager.id, confirm.look(by_manager).fingerprint)
    by_board = scheduled(cast.tanaka, None, Target(kind="ward"))
    cast.sato.memberships.get().classrooms.clear()
    Membership.objects.filter(user=cast.suzuki).delete()
    cast.tanaka.is_active = False
    cast.tanaka.save()
    assert schedule.release_due(clock.now() + LATER) == 0
    for message in (by_teacher, by_manager, by_board):
        assert state(message) == ("draft", "right")
        assert actions(message)[-1] == "schedule returned"
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"audience": {"include": [{"kind": "ward"}]}}, "changed"),
        ({"deliver_before": clock.now() + timedelta(days=2, hours=1)}, "changed"),
    ],
)
def test_what_was_not_confirmed_does_not_go_out(cast: Cast, change: dict[str, object], why: str) -> None:
    message = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura))
    Message.objects.filter(id=message.id).update(**change)
    schedule.release_due(clock.now() + timedelta(days=2, minutes=30))
    assert state(message) == ("draft", why)


def test_past_its_deadline_or_without_anybody_it_comes_back(cast: Cast) -> None:
    end = clock.now() + timedelta(days=2, hours=1)
    late = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura), deliver_before=end)
    nobody = scheduled(cast.sato, cast.sakura, Target(kind="student", id=cast.aoi.id))
    Guardianship.objects.filter(student=cast.aoi).update(blocked_at=clock.now())
    Message.objects.filter(id=late.id).update(
        release_at=clock.now() - timedelta(hours=2),
        due_at=clock.now() - timedelta(hours=2),
        deliver_before=clock.now() - timedelta(hours=1),
    )
    found = Message.objects.get(id=late.id)
    Message.objects.filter(id=late.id).update(fingerprint=confirm.digest(found))
    assert schedule.release_due(clock.now() + LATER) == 0
    assert (state(late), state(nobody)) == (("draft", "expired"), ("draft", "lacks"))


def test_a_broken_one_holds_up_nobody(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    """Its title can't be read. It is tried again, then somebody has to look at it."""
    at = clock.now() + timedelta(days=1)
    broken = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura), release_at=at)
    sound = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura), title="ひみつの題名")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_message SET title = '\\x00' WHERE id = %s", [broken.id])
    with caplog.at_level(logging.WARNING):
        assert schedule.release_due(clock.now() + timedelta(days=2, minutes=1)) == 1
    assert state(sound) == ("released", "")
    assert state(broken) == ("draft", "broken")
    assert str(broken.id) in caplog.text
    assert "ひみつ" not in caplog.text


def test_a_worker_with_a_wrong_key_sends_nothing_back_at_once(cast: Cast) -> None:
    message = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura))
    with connection.cursor() as cursor:
        cursor.execute("SELECT title FROM messaging_message WHERE id = %s", [message.id])
        (title,) = cursor.fetchone()
        cursor.execute("UPDATE messaging_message SET title = '\\x00' WHERE id = %s", [message.id])
        due = clock.now() + timedelta(days=2, seconds=1)
        assert schedule.release_due(due) == 0
        assert state(message) == ("scheduled", "")
        cursor.execute("UPDATE messaging_message SET title = %s WHERE id = %s", [title, message.id])
    assert schedule.release_due(due + timedelta(seconds=1)) == 0  # not each second
    assert schedule.release_due(due + timedelta(minutes=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_release_each_message_once(cast: Cast) -> None:
    messages = [scheduled(cast.suzuki, cast.sakura, whole(cast.sakura)) for _n in range(6)]

    def work(_worker: int) -> int:
        try:
            return schedule.release_due(clock.now() + LATER)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as workers:
        assert sum(workers.map(work, range(3))) == len(messages)
    assert Batch.objects.count() == len(messages)
    assert AuditEntry.objects.filter(action="message released").count() == len(messages)
