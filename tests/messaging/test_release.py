"""Releasing a message: one transaction from the rule to the ledger."""

import pytest
from django.utils import timezone

from otayori.accounts.access import Access
from otayori.accounts.models import User
from otayori.core.models import AuditEntry
from otayori.delivery import claim
from otayori.delivery.contents import Contents
from otayori.delivery.models import Batch, Slice
from otayori.delivery.parcel import Urgency
from otayori.messaging import compose, send
from otayori.messaging.audience import Audience, Target
from otayori.messaging.models import Message, Recipient
from otayori.roster.models import Guardianship
from otayori.schools.models import School
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def access(user: User) -> Access:
    return Access(user, tuple(user.memberships.all()))


def draft(author: User, school: School | None, *picked: Target, **words: object) -> Message:
    typed = {"title": "明日の遠足", "text": "お弁当をお持ちください。"} | words
    return compose.start_draft(
        access(author),
        school,
        compose.Words(audience=Audience(include=picked), **typed),  # type: ignore[arg-type]
    )


def test_a_guardian_of_two_children_is_told_once_with_both_named(cast: Cast) -> None:
    message = draft(cast.tanaka, None, Target(kind="ward"))
    send.release(access(cast.tanaka), message.id)
    kims = Recipient.objects.get(message=message, guardian=cast.kim)
    assert set(kims.students.all()) == {cast.haru, cast.jun}
    assert Recipient.objects.filter(message=message).count() == 4
    assert [piece.size for piece in Slice.objects.filter(batch__subject_id=message.id)] == [4]


def test_a_blocked_guardian_gets_nothing(cast: Cast) -> None:
    message = draft(cast.suzuki, cast.sakura, Target(kind="student", id=cast.sora.id))
    send.release(access(cast.suzuki), message.id)
    assert [r.guardian for r in message.recipients.all()] == [cast.watanabe]
    (endpoint,) = cast.watanabe.endpoints.all()
    assert Slice.objects.get(batch__subject_id=message.id).endpoint_ids == [endpoint.id]


def test_only_the_child_that_is_not_blocked_is_named(cast: Cast) -> None:
    Guardianship.objects.filter(guardian=cast.kim, student=cast.haru).update(blocked_at=timezone.now())
    message = draft(cast.tanaka, None, Target(kind="ward"))
    send.release(access(cast.tanaka), message.id)
    assert list(Recipient.objects.get(message=message, guardian=cast.kim).students.all()) == [cast.jun]


def test_a_second_click_changes_nothing(cast: Cast) -> None:
    message = draft(cast.suzuki, cast.sakura, Target(kind="school", id=cast.sakura.id))
    first = send.release(access(cast.suzuki), message.id)
    assert send.release(access(cast.suzuki), message.id).batch_id == first.batch_id
    assert Batch.objects.count() == 1
    assert AuditEntry.objects.filter(action="message released", object_id=message.id).count() == 1


@pytest.mark.parametrize(
    ("words", "lack"),
    [
        ({"title": " "}, compose.Missing.TITLE),
        ({"title": "あ" * 81}, compose.Missing.TITLE_LONG),
        ({"text": ""}, compose.Missing.TEXT),
        ({"text": "あ" * 4001}, compose.Missing.TEXT_LONG),
    ],
)
def test_an_incomplete_draft_is_kept_but_not_sent(
    cast: Cast, words: dict[str, str], lack: compose.Missing
) -> None:
    message = draft(cast.suzuki, cast.sakura, Target(kind="school", id=cast.sakura.id), **words)
    with pytest.raises(send.NotReady) as refused:
        send.release(access(cast.suzuki), message.id)
    assert refused.value.lacks == [lack]
    assert Message.objects.get(id=message.id).state == Message.State.DRAFT
    assert not Recipient.objects.exists()


def test_no_target_and_a_target_of_nobody_are_two_things(cast: Cast) -> None:
    for picked, lack in (
        ((), compose.Missing.TARGET),
        ((Target(kind="student", id=cast.rin.id),), compose.Missing.NOBODY),
    ):
        message = draft(cast.tanaka, None, *picked)
        with pytest.raises(send.NotReady) as refused:
            send.release(access(cast.tanaka), message.id)
        assert refused.value.lacks == [lack]


def test_an_individual_message_does_not_stand_in_the_mail(cast: Cast) -> None:
    message = draft(
        cast.suzuki, cast.sakura, Target(kind="student", id=cast.aoi.id), text="葵さんが保健室にいます。"
    )
    send.release(access(cast.suzuki), message.id)
    parcel = claim.claim("normal", "email", 10, Contents()).parcels[0]
    assert "保健室" in parcel.content.text
    assert "保健室" not in parcel.content.mail_text
    assert "遠足" not in parcel.content.mail_title
    assert "桜小学校" in parcel.content.mail_title


def test_urgency_is_the_lane(cast: Cast) -> None:
    message = draft(
        cast.suzuki, cast.sakura, Target(kind="school", id=cast.sakura.id), urgency=Urgency.EMERGENCY
    )
    send.release(access(cast.suzuki), message.id)
    assert not claim.claim("normal", "email", 10, Contents())
    taken = claim.claim("emergency", "email", 10, Contents())
    assert len(taken.parcels) == 4  # kim, yamada, alvarez, watanabe
