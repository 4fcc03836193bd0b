"""A message to sakura some time after its release: the push went out, mails wait for the unread."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from otayori.core import clock
from otayori.delivery.claim import claim
from otayori.delivery.contents import Contents
from otayori.delivery.models import Batch, ChannelName, Slice
from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.settle import settle
from otayori.messaging.models import Message
from tests.cast import Cast
from tests.console.message_stories import released, whole
from tests.delivery.ledger import device


def half_an_hour_later(cast: Cast) -> tuple[Message, datetime]:
    """Kim and Yamada have phones, the others mail alone; returns the message and when the mails follow."""
    for person in (cast.kim, cast.yamada):
        device(person)
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    assert message.batch is not None
    send_what_is_due(message.batch)
    at = clock.now() + timedelta(minutes=30)
    to_come(message).update(due_at=at)
    return message, at


def send_what_is_due(batch: Batch) -> None:
    """Take it as a worker does; push services and the relay take all of it."""
    for channel in ChannelName:
        while taken := claim(batch.lane, channel, 100, Contents()):
            sent = [Outcome(delivery_id, Verdict.SENT) for delivery_id in taken.tries]
            settle(sent, taken.tries, taken.slices)


def to_come(message: Message) -> "QuerySet[Slice]":
    """What is cut and not sent yet; after `half_an_hour_later` the mails to Kim and Yamada."""
    return Slice.objects.filter(batch=message.batch_id, done_at=None)
