"""Write a letter of the demo ward as a draft: its targets, its dates, its files, as its author would."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from otayori.accounts.access import Access, access_for
from otayori.accounts.models import User
from otayori.core import clock
from otayori.messaging import compose
from otayori.messaging.attachments import process, take_in
from otayori.messaging.attachments.opening import note
from otayori.messaging.audience import Audience, Target
from otayori.messaging.models import Attachment, AttachmentOpening, Message
from otayori.ops.demo import cast, handouts
from otayori.ops.demo.letters import Letter
from otayori.ops.demo.people import Made
from otayori.ops.trouble import Trouble
from otayori.roster.models import Group
from otayori.schools.models import School

_WEEKDAYS: Final = "月火水木金土日"
_DAYS: Final = 14


def access_of(part: cast.StaffPart) -> Access:
    """Return what somebody of the cast may do."""
    user = User.objects.by_email(part.email)
    if user is None:
        raise LookupError(part.told)
    return access_for(user)


def draft(letter: Letter, made: Made, at: datetime, release_at: datetime | None = None) -> Message:
    """Write it as if on `at`, with its files checked and opened by its author."""
    access, days = access_of(letter.author), _days_after(at)
    words = compose.Words(
        title=letter.title,
        text=letter.text.format(**days),
        urgency=letter.urgency,
        category=letter.category,
        audience=Audience(include=targets(letter.to, letter.author, made)),
        release_at=release_at,
    )
    message = compose.start_draft(access, sender(letter.author, made), words)
    for paper in letter.files:
        name, data = handouts.file_name(paper, at), handouts.make(paper, at, days)
        take_in.take_whole(access, message, name=name, data=data)
    if letter.files:
        _check(message)
        open_files(access, message)
    return message


def open_files(access: Access, message: Message) -> None:
    """Let somebody of the staff have looked at each file: nothing goes out otherwise."""
    for attachment in message.attachments.defer("text"):
        note(attachment, access.user, AttachmentOpening.Way.VIEWED)


def sender(part: cast.StaffPart, made: Made) -> School | None:
    """Return in whose name somebody of the cast writes; None: the board."""
    return next((school for school in made.schools if school.number == part.school), None)


def targets(to: str, author: cast.StaffPart, made: Made) -> tuple[Target, ...]:
    """Return what `Letter.to` says."""
    kind, _, rest = to.partition(" ")
    school = {school.number: school.id for school in made.schools}
    if kind == "ward":
        return (Target(kind="ward"),)
    if kind == "schools":
        return tuple(Target(kind="school", id=school[number]) for number in rest.split())
    if kind == "student":
        return (Target(kind="student", id=_student(cast.HARU, made)),)
    if author.school is None:
        raise LookupError(to)
    if kind == "classroom" and author.room:
        return (Target(kind="classroom", id=made.room_of(author.school, author.room).id),)
    if kind == "group":
        group = Group.objects.get(school__number=author.school, year_id=made.year, name=rest)
        return (Target(kind="group", id=group.id),)
    if kind == "grade":
        return (Target(kind="grade", id=school[author.school], grade=rest),)
    return (Target(kind="school", id=school[author.school]),)


def working_day(day: datetime, step: int) -> datetime:
    """Return the day itself, or the first working day after (1) or before (-1) it."""
    while day.weekday() > 4:
        day += timedelta(days=step)
    return day


def _check(message: Message) -> None:
    """Have the files scanned and read, as a worker does."""
    while process.check_next():
        pass
    if message.attachments.exclude(state=Attachment.State.READY).exists():
        raise Trouble(
            "見本の添付ファイルを確認できませんでした。ウイルス検査（OTAYORI_CLAMD）が動いているか確かめてください。",
            "The demo's files could not be checked: is the malware scanner (OTAYORI_CLAMD) running?",
        )


def _student(part: cast.ChildPart, made: Made) -> UUID:
    return next(student for child, student in made.students if child.code == part.code)


def _days_after(at: datetime) -> dict[str, str]:
    """Return the first, second, ... working day after, as letters write them: 11月25日(火)."""
    found, day = {}, at.astimezone(clock.TOKYO)
    for number in range(1, _DAYS + 1):
        day = working_day(day + timedelta(days=1), 1)
        found[f"day{number}"] = f"{day.month}月{day.day}日({_WEEKDAYS[day.weekday()]})"
    return found
