"""Reminding: the unread and nobody else, not too soon, once for two clicks."""

from datetime import timedelta

import pytest

from otayori.core import clock
from otayori.core.models import AuditEntry
from otayori.delivery.models import Batch, Delivery, Endpoint
from otayori.delivery.parcel import Kind
from otayori.messaging import failures, recall, remind, report, send
from otayori.messaging.follow_up import Closed, Why
from otayori.messaging.models import FollowUp, Message, Recipient
from otayori.messaging.reading import mark_read
from otayori.roster.models import Guardianship
from tests.cast import Cast
from tests.console.message_stories import access, released, whole
from tests.console.push_first import half_an_hour_later, send_what_is_due
from tests.delivery.ledger import device
from tests.messaging.after_stories import a_while_ago, settle_all, to_the_school, told

pytestmark = pytest.mark.django_db


def remind_now(cast: Cast, message: Message) -> FollowUp:
    done = remind.remind(access(cast.suzuki), message.id, remind.look(message).seen)
    assert done is not None
    return done


def test_the_unread_are_told_again_and_nobody_else(cast: Cast) -> None:
    message = to_the_school(cast)
    mark_read(cast.kim, [message.id])
    assert remind.look(message).unread == remind.Unread(reached=3, no_way=0, withheld=0)
    again = remind_now(cast, message)
    assert told(again) == {"山田 恵子", "Maria Alvarez", "渡辺 彩"}
    assert (again.kind, again.guardians, again.batch.lane) == ("remind", 3, "normal")
    assert Kind.REMINDER.value in again.batch.contents.first().text  # type: ignore[union-attr]
    assert AuditEntry.objects.get(action="message told again").detail["guardians"] == 3


def test_who_can_not_be_reached_or_was_blocked_is_left_out_and_said(cast: Cast) -> None:
    message = to_the_school(cast)
    Endpoint.objects.filter(guardian=cast.yamada).update(state="disabled")
    Guardianship.objects.filter(guardian=cast.alvarez).update(blocked_at=clock.now())
    assert remind.look(message).unread == remind.Unread(reached=2, no_way=1, withheld=1)
    assert told(remind_now(cast, message)) == {"キム ソヨン", "渡辺 彩"}


def test_a_second_click_and_a_second_person_change_nothing(cast: Cast) -> None:
    message = to_the_school(cast)
    seen = remind.look(message).seen
    assert remind.remind(access(cast.suzuki), message.id, seen) is not None
    assert remind.remind(access(cast.suzuki), message.id, seen) is None
    assert remind.remind(access(cast.tanaka), message.id, seen) is None
    assert FollowUp.objects.count() == 1


def test_a_few_minutes_after_a_telling_it_is_too_soon(cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    settle_all(message)
    assert message.batch is not None
    seen = remind.look(message)
    assert seen.too_soon is not None
    assert seen.too_soon.until == message.batch.released_at + remind.LEAVE_ALONE
    with pytest.raises(remind.TooSoon):
        remind.remind(access(cast.suzuki), message.id, seen.seen)
    a_while_ago(message)
    remind_now(cast, message)
    with pytest.raises(remind.TooSoon):
        remind_now(cast, message)


def test_a_reminder_waits_for_the_mails_that_are_still_to_come(cast: Cast) -> None:
    message, mails_at = half_an_hour_later(cast)
    a_while_ago(message)
    with pytest.raises(remind.TooSoon) as refused:
        remind_now(cast, message)
    assert refused.value.until == mails_at
    send.stop(access(cast.suzuki), message)  # nobody gets two mails of it any more
    assert told(remind_now(cast, message)) == {"キム ソヨン", "山田 恵子", "Maria Alvarez", "渡辺 彩"}


def test_behind_a_relay_that_stands_still_nothing_is_piled_up(cast: Cast) -> None:
    message = a_while_ago(released(cast.suzuki, cast.sakura, whole(cast.sakura)))
    with pytest.raises(remind.TooSoon) as refused:
        remind_now(cast, message)
    assert refused.value.until is None


def test_everybody_has_read(cast: Cast) -> None:
    message = to_the_school(cast)
    for person in (cast.kim, cast.yamada, cast.alvarez, cast.watanabe):
        mark_read(person, [message.id])
    with pytest.raises(remind.NobodyLeft):
        remind_now(cast, message)


def test_what_was_recalled_or_is_past_its_deadline_is_not_told_again(cast: Cast) -> None:
    withdrawn, late = to_the_school(cast), to_the_school(cast)
    recall.recall(access(cast.suzuki), withdrawn.id, "宛先の誤り")
    Message.objects.filter(id=late.id).update(deliver_before=clock.now() - timedelta(minutes=1))
    for message, why in ((withdrawn, Why.RECALLED), (late, Why.EXPIRED)):
        with pytest.raises(Closed) as refused:
            remind_now(cast, message)
        assert refused.value.why is why


def test_reading_after_the_reminder_spares_its_mail(cast: Cast) -> None:
    message = to_the_school(cast)
    device(cast.kim)
    again = remind_now(cast, message)
    send_what_is_due(again.batch)
    mark_read(cast.kim, [message.id])
    spared = Delivery.objects.get(batch=again.batch, status="cancelled")
    assert (spared.endpoint.guardian, spared.code) == (cast.kim, "read")


def test_a_guardian_reached_by_the_reminder_is_reached(cast: Cast) -> None:
    message = to_the_school(cast)
    Delivery.objects.filter(endpoint__guardian=cast.yamada).update(status="failed", code="timeout")
    assert failures.families_unreached([message]) == {message.id: 1}
    remind_now(cast, message)
    assert failures.families_unreached([message]) == {}  # the reminder may still reach her
    settle_all(message)
    assert failures.families_unreached([message]) == {}
    (failure,) = failures.newest(access(cast.suzuki), message)
    assert (failure.guardian, failure.reached_otherwise) == ("山田 恵子", True)
    mothers = list(Recipient.objects.filter(guardian=cast.yamada))
    assert report.readings(message, mothers) == {cast.yamada.id: report.Reading.UNREAD}


def test_stop_stops_the_reminder_too(cast: Cast) -> None:
    message = to_the_school(cast)
    again = remind_now(cast, message)
    assert send.stop(access(cast.suzuki), message) == 4
    assert Batch.objects.get(id=again.batch_id).stopped_at is not None
    assert Batch.objects.get(id=message.batch_id).stopped_at is None  # what had gone stays sent
    assert send.stop(access(cast.suzuki), message) == 0
