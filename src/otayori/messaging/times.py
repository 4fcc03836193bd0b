"""The two times of a message: when it is to go out, and until when it may be delivered. Pure."""

from datetime import datetime, timedelta

from otayori.delivery.fallback import MAIL_AFTER
from otayori.delivery.parcel import Urgency
from otayori.messaging.compose import Missing
from otayori.messaging.models import Message

MOST_AHEAD = timedelta(days=365)


def wrong_times(message: Message, now: datetime) -> list[Missing]:
    """Return what keeps the times of a draft from being confirmed at `now`."""
    return [*_wrong_release(message, now), *_wrong_deadline(message, now)]


def is_too_late(message: Message, now: datetime) -> bool:
    """Tell whether the deadline has passed: what is released now would reach nobody."""
    return message.deliver_before is not None and message.deliver_before <= now


def mails_the_unread(message: Message, released_at: datetime) -> bool:
    """Tell whether the deadline leaves room for the mail to those who have not read the push."""
    end = message.deliver_before
    return end is None or released_at + MAIL_AFTER[Urgency(message.urgency)] < end


def _wrong_release(message: Message, now: datetime) -> list[Missing]:
    at = message.release_at
    if at is None:
        return []
    if message.urgency == Urgency.EMERGENCY:
        return [Missing.RELEASE_EMERGENCY]
    if at <= now:
        return [Missing.RELEASE_PAST]
    return [Missing.RELEASE_FAR] if at > now + MOST_AHEAD else []


def _wrong_deadline(message: Message, now: datetime) -> list[Missing]:
    if is_too_late(message, now):
        return [Missing.DEADLINE_PAST]
    early = message.deliver_before and message.release_at and message.deliver_before <= message.release_at
    return [Missing.DEADLINE_EARLY] if early else []
