"""An operator sends again what has failed: nothing that was recalled or corrected, nothing to the blocked."""

import pytest

from otayori.core import clock
from otayori.delivery.models import Delivery
from otayori.messaging.correct import Correction, correct
from otayori.messaging.models import FollowUp, Message
from otayori.messaging.recall import recall
from otayori.messaging.retry import Replaced, retry_failed
from otayori.ops.deliveries_command import retry_failed as command
from otayori.ops.trouble import Trouble
from otayori.roster.models import Guardianship
from tests.cast import Cast
from tests.console.message_stories import access
from tests.messaging.after_stories import settle_all, to_the_school

pytestmark = pytest.mark.django_db
REASON = "中継サーバーの設定を直した"


@pytest.fixture
def failed(cast: Cast) -> Message:
    """A message none of whose mails was taken; nothing of it waits any more."""
    message = to_the_school(cast)
    Delivery.objects.filter(batch=message.batch).update(status="failed", code="554 5.7.1")
    return message


def statuses(batch_id: object) -> list[str]:
    rows = Delivery.objects.filter(batch=batch_id).order_by("endpoint__guardian__user__name")
    return list(rows.values_list("status", flat=True))


def test_what_failed_goes_again(failed: Message) -> None:
    assert failed.batch_id
    assert retry_failed(failed.batch_id, reason=REASON) == 4
    assert statuses(failed.batch_id) == ["queued"] * 4


def test_what_was_recalled_stays_where_it_is(cast: Cast, failed: Message) -> None:
    assert failed.batch_id
    recall(access(cast.suzuki), failed.id, "宛先の誤り")
    with pytest.raises(Replaced):
        retry_failed(failed.batch_id, reason=REASON)
    with pytest.raises(Trouble):
        command(failed.batch_id, reason=REASON, prefix="")
    assert statuses(failed.batch_id) == ["failed"] * 4
    settle_all(failed)
    notice = FollowUp.objects.get(kind="recall").batch
    Delivery.objects.filter(batch=notice).update(status="failed", code="554 5.7.1")
    assert retry_failed(notice.id, reason=REASON) == 4  # the notice itself may go again


def test_words_that_were_corrected_do_not_go_again(cast: Cast, failed: Message) -> None:
    assert failed.batch_id
    words = Correction(title=failed.title, text="集合は体育館です。", note="集合場所の誤り")
    correct(access(cast.suzuki), failed.id, words, seen=1)
    with pytest.raises(Replaced):
        retry_failed(failed.batch_id, reason=REASON)


def test_who_was_blocked_meanwhile_is_left_out(cast: Cast, failed: Message) -> None:
    assert failed.batch_id
    Guardianship.objects.filter(guardian=cast.yamada).update(blocked_at=clock.now())
    assert retry_failed(failed.batch_id, reason=REASON) == 3
    assert sorted(statuses(failed.batch_id)) == ["cancelled", "queued", "queued", "queued"]
