"""Let the demo ward have sent its letters: released as always, then settled and read by statement.

All in one transaction, so that no worker ever sees them waiting: nothing of it is mailed.
"""

from datetime import datetime, timedelta

from otayori.core import clock
from otayori.core.models import AuditEntry
from otayori.messaging import approve, confirm, rules, schedule, send
from otayori.messaging.models import ApprovalStep, Attachment, Message, Recipient, StaffNotice
from otayori.ops.demo import cast
from otayori.ops.demo.drafts import access_of, draft, open_files, working_day
from otayori.ops.demo.letters import DRAFT, LETTERS, SCHEDULED, Letter
from otayori.ops.demo.outcomes import Outcomes
from otayori.ops.demo.people import Made
from otayori.ops.demo.telling import Advance

_SECOND = {cast.TANAKA: cast.YAMAMOTO, cast.SATO: cast.TAKAHASHI, cast.KOBAYASHI: cast.ITO}  # who approves


def write_past(made: Made, outcome: Outcomes, advance: Advance) -> None:
    """Send every letter at its time, keep a draft and a scheduled one. The first finds the dead addresses."""
    now = clock.now()
    for letter in LETTERS:
        outcome.write(_release(letter, made, _moment(letter, now)), letter.read, letter.opened)
        advance(1)
    draft(DRAFT, made, now)
    _schedule(SCHEDULED, made, now)


def _release(letter: Letter, made: Made, at: datetime) -> Message:
    """Send it through the real verbs, then say that it was earlier."""
    message = draft(letter, made, at)
    access = access_of(letter.author)
    if rules.needs_approval(access, message):
        _approve(letter, message)
    else:
        send.release(access, message.id)
    date_back(message, at)
    Message.objects.filter(id=message.id).update(
        created_at=at - timedelta(minutes=20),
        changed_at=at - timedelta(minutes=1),
        released_at=at,
        dated_version=0,  # 明日 is another day now: the dates are found anew
    )
    Recipient.objects.filter(message=message).update(released_at=at)
    message.refresh_from_db()
    return message


def date_back(message: Message, at: datetime) -> None:
    """Let what was done about a message so far have been done on `at`. Nobody is told of it by mail."""
    AuditEntry.objects.filter(object_id=message.id).update(at=at)
    ApprovalStep.objects.filter(message=message).update(at=at)
    StaffNotice.objects.filter(message=message).update(created_at=at, due_at=at, sent_at=at, tries=1)
    Attachment.objects.filter(message=message).update(created_at=at, checked_at=at)
    Message.objects.filter(id=message.id, asked_at__isnull=False).update(asked_at=at)


def _approve(letter: Letter, message: Message) -> None:
    """Let the author have asked, and the second person have looked at it and let it go."""
    asks, decides = access_of(letter.author), access_of(_SECOND[letter.author])
    approve.ask(asks, message.id, confirm.look(message).fingerprint)
    open_files(decides, message)
    message.refresh_from_db()
    approve.approve(decides, message.id, confirm.look(message).fingerprint)
    if returned := schedule.hasten(decides, message):
        raise ValueError(returned)


def _schedule(letter: Letter, made: Made, now: datetime) -> None:
    _days, hour, minute = letter.sent
    soonest = now.astimezone(clock.TOKYO) + timedelta(hours=24 - hour)
    at = working_day(soonest, 1).replace(hour=hour, minute=minute, second=0, microsecond=0)
    message = draft(letter, made, at, release_at=at)
    schedule.schedule(access_of(letter.author), message.id, confirm.look(message).fingerprint)


def _moment(letter: Letter, now: datetime) -> datetime:
    days, hour, minute = letter.sent
    day = working_day(now.astimezone(clock.TOKYO) - timedelta(days=days), -1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
