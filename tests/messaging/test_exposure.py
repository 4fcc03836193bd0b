"""Exposure: each way in which a message came to a guardian, until its recall."""

import pytest

from otayori.delivery.models import Delivery
from otayori.messaging import recall
from otayori.messaging.attachments.opening import note
from otayori.messaging.audience import Target
from otayori.messaging.exposure import Exposure, exposures, total
from otayori.messaging.models import Attachment, AttachmentOpening, Message
from otayori.messaging.reading import mark_read
from tests.cast import Cast
from tests.console.message_stories import access
from tests.delivery.ledger import device
from tests.messaging.after_stories import settle_all, to_the_school, went_out

pytestmark = pytest.mark.django_db

Way = AttachmentOpening.Way


def attach(message: Message, name: str = "昨年度の名簿.xlsx") -> Attachment:
    return Attachment.objects.create(
        message=message, name=name, size=20_480, kind="office", state="ready", digest="0" * 64,
        added_by=message.author,
    )  # fmt: skip


def test_text_files_and_mails_are_told_apart(cast: Cast) -> None:
    message = to_the_school(cast)
    file = attach(message)
    note(file, cast.suzuki, Way.VIEWED)  # the sender, who had to
    note(file, cast.kim.user, Way.VIEWED)
    note(file, cast.kim.user, Way.DOWNLOADED)
    mark_read(cast.kim, [message.id])
    Delivery.objects.filter(endpoint__guardian=cast.yamada).update(status="failed")
    recall.recall(access(cast.suzuki), message.id, "添付ファイルの誤り")
    note(file, cast.alvarez.user, Way.VIEWED)  # no door leads to it any more; were there one, it is later
    settle_all(message)
    found = exposures(Message.objects.get(id=message.id))
    (opened,) = found[cast.kim.id].files
    assert opened.name == "昨年度の名簿.xlsx"
    assert opened.viewed_at is not None
    assert opened.downloaded_at is not None
    assert found[cast.alvarez.id].files == []
    assert found[cast.yamada.id].is_untouched  # her mail of the recall is no mail of the message
    sums = total(found.values())
    assert (sums.people, sums.read, sums.opened_file, sums.mailed, sums.untouched) == (4, 1, 1, 3, 1)


def test_a_notification_that_nobody_opened_is_less_than_a_mail(cast: Cast) -> None:
    device(cast.watanabe)
    message = to_the_school(cast)
    Delivery.objects.filter(endpoint__guardian=cast.watanabe, channel="email").update(status="cancelled")
    found = exposures(message)
    assert found[cast.watanabe.id].pushed_at is not None
    assert found[cast.watanabe.id].mailed_at is None
    assert total(found.values()).pushed_only == 1


def test_mails_of_an_individual_message_carry_nothing(cast: Cast) -> None:
    message = went_out(cast.suzuki, cast.sakura, Target(kind="student", id=cast.aoi.id))
    assert exposures(message) == {cast.yamada.id: Exposure(cast.yamada.id, read_at=None, saw_recall=False)}
