"""Let the demo ward have taken a letter back, corrected one, and reminded of one: by real verbs."""

from datetime import datetime, timedelta
from typing import Final

from otayori.core.models import AuditEntry
from otayori.messaging import correct, recall, remind
from otayori.messaging.models import FollowUp, Message, MessageVersion
from otayori.ops.demo import stories
from otayori.ops.demo.drafts import access_of
from otayori.ops.demo.outcomes import Outcomes

_READ_THE_NOTICE: Final = 0.7  # of those who read before: the notice of a recall, or the corrected words


def write_after(outcome: Outcomes) -> None:
    """Do what `stories` tells of the letters that were sent."""
    _remind(outcome)
    _recall(outcome)
    _correct(outcome)


def _recall(outcome: Outcomes) -> None:
    story = stories.RECALL
    message = _sent(story.title)
    at = _at(message, story.after)
    recall.recall(access_of(story.by), message.id, story.reason)
    Message.objects.filter(id=message.id).update(recalled_at=at)
    _date(message, outcome, at)
    outcome.read_anew(message, at, _READ_THE_NOTICE)


def _correct(outcome: Outcomes) -> None:
    story = stories.CORRECT
    message = _sent(story.title)
    at = _at(message, story.after)
    words = correct.Correction(message.title, message.text.replace(story.wrong, story.right), story.note)
    correct.correct(access_of(story.by), message.id, words, seen=message.version)
    MessageVersion.objects.filter(message=message).update(replaced_at=at)
    Message.objects.filter(id=message.id).update(changed_at=at)
    _date(message, outcome, at)
    outcome.read_anew(message, at, _READ_THE_NOTICE)


def _remind(outcome: Outcomes) -> None:
    story = stories.REMIND
    message = _sent(story.title)
    at = _at(message, story.after)
    found = remind.look(message)
    if not found.unread.reached:  # a very small ward
        return
    remind.remind(access_of(story.by), message.id, found.seen)
    _date(message, outcome, at)
    outcome.read_late(message, at, story.read)


def _date(message: Message, outcome: Outcomes, at: datetime) -> None:
    """Let the newest telling have gone out on `at`."""
    follow_up = FollowUp.objects.filter(message=message).latest("at")
    outcome.settle(follow_up.batch_id, at)
    FollowUp.objects.filter(id=follow_up.id).update(at=at)
    AuditEntry.objects.filter(object_id=message.id, at__gt=at).update(at=at)


def _sent(title: str) -> Message:
    """Return a letter by its title, which is sealed: there are few."""
    sent = Message.objects.filter(state=Message.State.RELEASED).select_related("school", "batch")
    return next(message for message in sent.order_by("-released_at") if message.title == title)


def _at(message: Message, after: timedelta) -> datetime:
    if message.released_at is None:
        raise ValueError("not released")
    return message.released_at + after
