"""Let the demo ward have sent its letters: released as always, then settled and read by statement.

All in one transaction, so that no worker ever sees them waiting: nothing of it is mailed.
"""

from datetime import datetime, timedelta
from typing import Final

from otayori.accounts.access import Access
from otayori.accounts.models import Role, User
from otayori.core import clock
from otayori.core.models import AuditEntry
from otayori.messaging import compose, confirm, rules, schedule, send
from otayori.messaging.audience import Audience, Target
from otayori.messaging.models import ApprovalStep, Message, Recipient
from otayori.ops.demo import cast
from otayori.ops.demo.letters import DRAFT, LETTERS, SCHEDULED, Letter
from otayori.ops.demo.outcomes import Outcomes
from otayori.ops.demo.people import Made
from otayori.ops.demo.telling import Advance
from otayori.roster.models import Group

_WEEKDAYS: Final = "月火水木金土日"


def write_past(made: Made, advance: Advance) -> None:
    """Send every letter at its time, keep a draft and a scheduled one. The first finds the dead addresses."""
    now = clock.now()
    outcome = Outcomes(made, now)
    for letter in LETTERS:
        at = _moment(letter, now)
        outcome.write(_release(letter, made, at), letter.read)
        advance(1)
    _draft(DRAFT, made, now)
    _schedule(SCHEDULED, made, now)


def _release(letter: Letter, made: Made, at: datetime) -> Message:
    """Send it through the real verbs, then say that it was earlier."""
    message = _draft(letter, made, at)
    if rules.needs_approval(_access(letter.author), message):
        _approve(letter, message, at)
    send.release(_access(letter.author), message.id)
    Message.objects.filter(id=message.id).update(
        created_at=at - timedelta(minutes=20), changed_at=at - timedelta(minutes=1), released_at=at
    )
    Recipient.objects.filter(message=message).update(released_at=at)
    AuditEntry.objects.filter(object_id=message.id).update(at=at)
    message.refresh_from_db()
    return message


def _approve(letter: Letter, message: Message, at: datetime) -> None:
    """Let a second officer have approved it, as the board's rules ask."""
    author = _access(letter.author).user
    officers = User.objects.filter(memberships__role=Role.BOARD_OFFICER).exclude(id=author.id)
    second = officers.earliest("created_at", "id")
    Message.objects.filter(id=message.id).update(asked_by=author, asked_at=at, approved_by=second)
    for did, by in ((ApprovalStep.Did.ASKED, author), (ApprovalStep.Did.APPROVED, second)):
        ApprovalStep.objects.create(message=message, did=did, by=by, fingerprint=confirm.digest(message))
    ApprovalStep.objects.filter(message=message).update(at=at)


def _schedule(letter: Letter, made: Made, now: datetime) -> None:
    _days, hour, minute = letter.sent
    day = _working_day(now.astimezone(clock.TOKYO) + timedelta(days=1), 1)
    at = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
    message = _draft(letter, made, at, release_at=at)
    schedule.schedule(_access(letter.author), message.id, confirm.look(message).fingerprint)


def _draft(letter: Letter, made: Made, at: datetime, release_at: datetime | None = None) -> Message:
    number = letter.author.school
    school = next((school for school in made.schools if school.number == number), None)
    words = compose.Words(
        title=letter.title,
        text=letter.text.format(**{f"day{n}": _day_after(at, n) for n in range(1, 15)}),
        urgency=letter.urgency,
        category=letter.category,
        audience=Audience(include=(_target(letter, made),)),
        release_at=release_at,
    )
    return compose.start_draft(_access(letter.author), school, words)


def _target(letter: Letter, made: Made) -> Target:
    author = letter.author
    kind, _, name = letter.to.partition(" ")
    if kind == "school":
        return Target(kind="school", id=next(s.id for s in made.schools if s.number == author.school))
    if kind == "classroom" and author.school and author.room:
        return Target(kind="classroom", id=made.room_of(author.school, author.room).id)
    if kind == "group":
        group = Group.objects.get(school__number=author.school, year_id=made.year, name=name)
        return Target(kind="group", id=group.id)
    if kind == "student":
        child = next(student for child, student in made.students if child.code == cast.HARU.code)
        return Target(kind="student", id=child)
    return Target(kind="ward")


def _access(part: cast.StaffPart) -> Access:
    user = User.objects.by_email(part.email)
    if user is None:
        raise LookupError(part.told)
    return Access(user, tuple(user.memberships.select_related("school").prefetch_related("classrooms")))


def _moment(letter: Letter, now: datetime) -> datetime:
    days, hour, minute = letter.sent
    day = _working_day(now.astimezone(clock.TOKYO) - timedelta(days=days), -1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def _day_after(at: datetime, count: int) -> str:
    """Return the working day `count` working days after, as letters write it: 11月25日(火)."""
    day = at.astimezone(clock.TOKYO)
    for _ in range(count):
        day = _working_day(day + timedelta(days=1), 1)
    return f"{day.month}月{day.day}日({_WEEKDAYS[day.weekday()]})"


def _working_day(day: datetime, step: int) -> datetime:
    while day.weekday() > 4:
        day += timedelta(days=step)
    return day
