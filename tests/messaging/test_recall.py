"""Recalling: the words give way to the reason, everywhere and at once; who opened the notice is known."""

import json
from datetime import timedelta

import pytest

from otayori.core import clock
from otayori.delivery.models import Batch, Delivery, Slice
from otayori.delivery.parcel import Kind
from otayori.messaging import correct, failures, late_joiners, recall, send
from otayori.messaging.audience import Target
from otayori.messaging.exposure import exposures
from otayori.messaging.follow_up import Closed
from otayori.messaging.models import FollowUp, Message, Recipient
from otayori.messaging.reading import mark_read, unread
from otayori.roster.models import Guardianship
from tests.cast import Cast
from tests.console.message_stories import access, draft, released, whole
from tests.messaging.after_stories import settle_all, to_the_school, told, went_out

pytestmark = pytest.mark.django_db

REASON = "宛先の誤り（3年1組だけに送るものでした）"


def notice_of(message: Message) -> FollowUp:
    return FollowUp.objects.select_related("batch").get(message=message, kind="recall")


def said(follow_up: FollowUp, language: str = "ja") -> dict[str, object]:
    return dict(json.loads(follow_up.batch.contents.get(language=language).text))


def test_everybody_who_may_have_it_is_told_why_and_not_what(cast: Cast) -> None:
    message = to_the_school(cast)
    recall.recall(access(cast.suzuki), message.id, REASON)
    message.refresh_from_db()
    assert (message.recalled_by, message.recall_reason) == (cast.suzuki, REASON)
    notice = notice_of(message)
    assert told(notice) == {"キム ソヨン", "山田 恵子", "Maria Alvarez", "渡辺 彩"}
    assert (notice.batch.lane, notice.batch.deadline) == ("important", None)
    for language in ("ja", "en"):
        words = said(notice, language)
        assert REASON in str(words["text"])
        assert words["kind"] == Kind.RECALL
        assert words["files"] == []
        assert "遠足" not in json.dumps(words, ensure_ascii=False)  # the title may be the leak
        assert "お弁当" not in json.dumps(words, ensure_ascii=False)
    assert said(notice)["title"] == "お知らせの取り消し"


def test_of_an_individual_message_the_mail_says_nothing(cast: Cast) -> None:
    message = went_out(cast.suzuki, cast.sakura, Target(kind="student", id=cast.aoi.id))
    recall.recall(access(cast.suzuki), message.id, "別の方あての内容でした")
    words = said(notice_of(message))
    assert "別の方" not in f"{words['mail_title']}{words['mail_text']}"
    assert "別の方" in str(words["text"])


def test_while_it_is_being_sent_the_rest_is_held_back(cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    recall.recall(access(cast.suzuki), message.id, REASON)
    first = Batch.objects.get(id=message.batch_id)
    assert first.stopped_at is not None
    assert not Slice.objects.filter(batch=first, done_at=None).exists()
    assert sum(piece.size for piece in notice_of(message).batch.slices.filter(done_at=None)) == 4
    send.stop(access(cast.suzuki), message)  # the notice is never stopped
    assert Batch.objects.get(id=notice_of(message).batch_id).stopped_at is None


def test_a_second_click_keeps_the_first_reason(cast: Cast) -> None:
    message = to_the_school(cast)
    recall.recall(access(cast.suzuki), message.id, REASON)
    recall.recall(access(cast.tanaka), message.id, "内容の誤り")
    message.refresh_from_db()
    assert (message.recall_reason, message.version) == (REASON, 2)
    assert FollowUp.objects.count() == 1


def test_it_takes_a_reason_and_a_message_that_was_sent(cast: Cast) -> None:
    message = to_the_school(cast)
    with pytest.raises(recall.ReasonShort):
        recall.recall(access(cast.suzuki), message.id, " 誤  り ")
    with pytest.raises(Closed):
        recall.recall(access(cast.suzuki), draft(cast.suzuki, cast.sakura, whole(cast.sakura)).id, REASON)


def test_after_a_recall_nothing_is_told_any_more(cast: Cast) -> None:
    message = to_the_school(cast)
    recall.recall(access(cast.suzuki), message.id, REASON)
    message.refresh_from_db()
    words = correct.Correction("遠足", "水筒も。", "書き忘れました")
    with pytest.raises(Closed):
        correct.correct(access(cast.suzuki), message.id, words, seen=message.version)
    with pytest.raises(Closed):
        late_joiners.tell_late_joiners(access(cast.suzuki), message.id, [cast.kim.id])
    assert late_joiners.late_joiners(access(cast.suzuki), message) == []


def test_it_is_possible_after_the_deadline(cast: Cast) -> None:
    message = to_the_school(cast)
    Message.objects.filter(id=message.id).update(deliver_before=clock.now() - timedelta(hours=1))
    recall.recall(access(cast.suzuki), message.id, REASON)
    settle_all(message)
    assert notice_of(message).batch.deliveries.filter(status="sent").count() == 4


def test_who_was_blocked_since_is_not_written_to(cast: Cast) -> None:
    message = to_the_school(cast)
    Guardianship.objects.filter(guardian=cast.yamada).update(blocked_at=clock.now())
    recall.recall(access(cast.suzuki), message.id, REASON)
    assert "山田 恵子" not in told(notice_of(message))


def test_who_missed_a_recalled_message_need_not_be_told_by_other_means(cast: Cast) -> None:
    message = to_the_school(cast)
    Delivery.objects.filter(endpoint__guardian=cast.yamada).update(status="failed", code="550 5.1.1")
    assert failures.families_unreached([message]) == {message.id: 1}
    recall.recall(access(cast.suzuki), message.id, REASON)
    message.refresh_from_db()
    assert failures.families_unreached([message]) == {}


def test_opening_the_notice_is_not_taken_for_reading_the_text(cast: Cast) -> None:
    message = to_the_school(cast)
    mark_read(cast.kim, [message.id])
    recall.recall(access(cast.suzuki), message.id, REASON)
    mark_read(cast.yamada, [message.id])
    message.refresh_from_db()
    found = exposures(message)
    assert (found[cast.kim.id].read_at is not None, found[cast.kim.id].saw_recall) == (True, False)
    assert (found[cast.yamada.id].read_at, found[cast.yamada.id].saw_recall) == (None, True)
    mark_read(cast.kim, [message.id])
    assert exposures(message)[cast.kim.id].saw_recall
    assert Recipient.objects.filter(unread(message), message=message).count() == 2


def test_a_page_opened_without_network_counts_although_the_phone_tells_late(cast: Cast) -> None:
    message = to_the_school(cast)
    recall.recall(access(cast.suzuki), message.id, REASON)
    mark_read(cast.yamada, [message.id])  # the tablet shows the notice
    mark_read(cast.yamada, [message.id], {message.id: 1})  # the phone had shown the text in the tunnel
    mark_read(cast.watanabe, [message.id], {})  # an app of before corrections
    message.refresh_from_db()
    found = exposures(message)
    assert found[cast.yamada.id].read_at == message.recalled_at
    assert found[cast.yamada.id].saw_recall
    assert found[cast.watanabe.id].read_at == message.recalled_at
    assert not found[cast.watanabe.id].saw_recall
