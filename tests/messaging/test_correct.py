"""Correcting: other words, the old ones kept, everybody told again; who has read which is known."""

import json

import pytest

from otayori.delivery.models import Batch
from otayori.messaging import remind, report
from otayori.messaging.audience import Target
from otayori.messaging.correct import Correction, NoteShort, Superseded, Unchanged, correct
from otayori.messaging.models import FollowUp, Message, MessageVersion, Recipient, SendingRules
from otayori.messaging.reading import mark_read
from otayori.messaging.report import Reading
from otayori.messaging.rules import NeedsApproval
from otayori.messaging.send import NotReady
from tests.cast import Cast
from tests.console.message_stories import access, released, whole
from tests.console.push_first import half_an_hour_later, to_come
from tests.messaging.after_stories import settle_all, to_the_school, told, went_out

pytestmark = pytest.mark.django_db

RIGHT = Correction("明日の遠足", "水筒もお持ちください。", "持ち物に誤りがありました")


def test_the_old_words_are_kept_and_everybody_is_told_the_new(cast: Cast) -> None:
    message = to_the_school(cast)
    mark_read(cast.kim, [message.id])
    correct(access(cast.suzuki), message.id, RIGHT, seen=1)
    message.refresh_from_db()
    assert (message.text, message.version) == ("水筒もお持ちください。", 2)
    old = MessageVersion.objects.get()
    assert (old.number, old.text, old.note) == (1, "お弁当をお持ちください。", RIGHT.note)
    again = FollowUp.objects.get()
    assert told(again) == {"キム ソヨン", "山田 恵子", "Maria Alvarez", "渡辺 彩"}  # readers too
    words = json.loads(again.batch.contents.get(language="ja").text)
    assert (words["kind"], words["version"]) == ("correction", 2)
    assert words["text"] == "訂正：持ち物に誤りがありました\n\n水筒もお持ちください。"


def test_mails_of_the_old_words_do_not_go_out_any_more(cast: Cast) -> None:
    message, _at = half_an_hour_later(cast)
    correct(access(cast.suzuki), message.id, RIGHT, seen=1)
    assert not to_come(message).exists()
    assert Batch.objects.get(id=message.batch_id).stopped_at is not None


def test_who_read_before_is_unread_again_and_reminded(cast: Cast) -> None:
    message = to_the_school(cast)
    for person in (cast.kim, cast.yamada):
        mark_read(person, [message.id])
    correct(access(cast.suzuki), message.id, RIGHT, seen=1)
    mark_read(cast.yamada, [message.id], {message.id: 2})
    mark_read(cast.watanabe, [message.id], {message.id: 1})  # the stored page, opened without network
    settle_all(message)
    assert report.totals(message) == report.Totals(recipients=4, read=3, newest=1)
    readings = report.readings(message, list(Recipient.objects.filter(message=message)))
    assert {readings[one.id] for one in (cast.kim, cast.watanabe)} == {Reading.OUTDATED}
    assert (readings[cast.yamada.id], readings[cast.alvarez.id]) == (Reading.READ, Reading.UNREAD)
    assert remind.look(message).unread.reached == 3


def test_a_receipt_for_the_old_words_does_not_spare_the_mail_of_the_new(cast: Cast) -> None:
    message, _at = half_an_hour_later(cast)
    correct(access(cast.suzuki), message.id, RIGHT, seen=1)
    again = FollowUp.objects.get().batch
    mark_read(cast.kim, [message.id], {message.id: 1})
    assert not again.deliveries.filter(code="read").exists()
    mark_read(cast.kim, [message.id], {message.id: 99})  # a phone may say anything
    assert Recipient.objects.get(guardian=cast.kim).read_version == 2
    assert again.deliveries.get(code="read").endpoint.guardian == cast.kim


def test_a_second_click_changes_nothing_and_a_second_person_is_told(cast: Cast) -> None:
    message = to_the_school(cast)
    correct(access(cast.suzuki), message.id, RIGHT, seen=1)
    correct(access(cast.suzuki), message.id, RIGHT, seen=1)
    with pytest.raises(Superseded):
        correct(access(cast.tanaka), message.id, Correction("遠足", "中止です。", "中止になりました"), seen=1)
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (Correction("明日の遠足", "お弁当をお持ちください。\r\n", "何も変わりません"), Unchanged),
        (Correction("明日の遠足", "", "本文が消えました"), NotReady),
        (Correction("あ" * 81, "水筒も。", "題名が長すぎます"), NotReady),
        (Correction("明日の遠足", "水筒も。", "誤り"), NoteShort),
    ],
)
def test_what_is_no_correction_is_refused(cast: Cast, words: Correction, refusal: type[Exception]) -> None:
    message = to_the_school(cast)
    with pytest.raises(refusal):
        correct(access(cast.suzuki), message.id, words, seen=1)
    assert not MessageVersion.objects.exists()


def test_a_teacher_corrects_alone_only_what_the_rules_let_a_teacher_send_alone(cast: Cast) -> None:
    own = Target(kind="classroom", id=cast.p3_1.id)
    message = went_out(cast.sato, cast.sakura, own)
    correct(access(cast.sato), message.id, RIGHT, seen=1)
    SendingRules.objects.filter(school=cast.sakura).update(own_class="approve")
    with pytest.raises(NeedsApproval):
        correct(access(cast.sato), message.id, Correction("遠足", "中止です。", "中止になりました"), seen=2)
    correct(access(cast.suzuki), message.id, Correction("遠足", "中止です。", "中止になりました"), seen=2)
    assert Message.objects.get(id=message.id).version == 3


def test_all_that_waits_is_replaced_although_nothing_has_gone_yet(cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    correct(access(cast.suzuki), message.id, RIGHT, seen=1)
    settle_all(message)
    old, new = Batch.objects.order_by("released_at")
    assert [one.deliveries.filter(status="sent").count() for one in (old, new)] == [0, 4]
