"""A message to sakura some time after its release: the push went out, mails wait for the unread."""

from datetime import datetime, timedelta

from otayori.core import clock
from otayori.delivery.models import ChannelName, Delivery, Endpoint
from otayori.delivery.status import PUSH_FIRST
from otayori.messaging.models import Message
from otayori.roster.models import Guardian
from tests.cast import Cast
from tests.console.message_stories import released, whole


def phone_of(person: Guardian) -> Endpoint:
    """A device that takes push notifications."""
    phone = Endpoint(guardian=person, channel=ChannelName.WEBPUSH, address="{}", host="https://push.example")
    phone.address_key = person.id.bytes
    phone.save(force_insert=True)
    return phone


def half_an_hour_later(cast: Cast) -> tuple[Message, datetime]:
    """Kim and Yamada have phones, the others mail alone; returns the message and when the mails follow."""
    for person in (cast.kim, cast.yamada):
        phone_of(person)
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    Delivery.objects.update(status="sent", sent_at=clock.now())
    at = clock.now() + timedelta(minutes=30)
    waiting = Delivery.objects.filter(endpoint__guardian__in=[cast.kim, cast.yamada], channel="email")
    waiting.update(status="queued", sent_at=None, code=PUSH_FIRST, due_at=at)
    return message, at
