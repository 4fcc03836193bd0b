"""What waits for somebody in the demo ward: letters to approve, one sent back. Rules and saved audiences."""

from datetime import datetime

from otayori.core import clock
from otayori.messaging import approve, confirm, rules, saved_audiences
from otayori.messaging.audience import Audience
from otayori.messaging.models import ApprovalStep, Message, SendingRules
from otayori.ops.demo import cast, stories
from otayori.ops.demo.drafts import access_of, draft, sender, targets
from otayori.ops.demo.past import date_back
from otayori.ops.demo.people import Made

_STRICT = rules.Rules(SendingRules.OwnClass.APPROVE, SendingRules.Decider.ALONE)


def write_rules(made: Made) -> None:
    """Let one school want to see what class teachers send to their own class; the others keep the default."""
    rules.keep(access_of(cast.ITO), sender(cast.ITO, made), _STRICT)


def write_waiting(made: Made) -> None:
    """Ask for approvals, send one back, and keep audiences by a name."""
    now = clock.now()
    for asked in stories.WAITING:
        _ask(asked, made, now)
    for saved in stories.SAVED:
        _save(saved, made)


def _ask(asked: stories.Asked, made: Made, now: datetime) -> None:
    at, access = now - asked.ago, access_of(asked.letter.author)
    message = draft(asked.letter, made, now)
    approve.ask(access, message.id, confirm.look(message).fingerprint, asked.note)
    date_back(message, at)
    if asked.sent_back_by is not None:
        approve.send_back(access_of(asked.sent_back_by), message.id, asked.comment)
        steps = ApprovalStep.objects.filter(message=message, did=ApprovalStep.Did.SENT_BACK)
        date_back(message, at)
        steps.update(at=at + (now - at) / 8)
    Message.objects.filter(id=message.id).update(created_at=at, changed_at=at)


def _save(saved: stories.Saved, made: Made) -> None:
    access, school = access_of(saved.by), sender(saved.by, made)
    include, exclude = (
        tuple(target for to in tos for target in targets(to, saved.by, made))
        for tos in (saved.include, saved.exclude)
    )
    audience = Audience(include=include, exclude=exclude)
    saved_audiences.keep(access, school, audience, name=saved.name, is_shared=saved.is_shared)
