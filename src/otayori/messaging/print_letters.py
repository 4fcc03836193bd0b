"""Print a message for families who do not read it on a phone: the letters, and the lists to tell them by.

What is printed is Japanese whatever the language of the screen: it goes to families and hangs in staff rooms.
"""

from collections.abc import Sequence
from enum import StrEnum

from django.utils import translation

from otayori.accounts.access import Access
from otayori.core import audit, clock
from otayori.core.connections import let_go
from otayori.core.moments import moment_text
from otayori.delivery.parcel import Urgency
from otayori.messaging import letter_pdf
from otayori.messaging.letter import Line, Need, Section
from otayori.messaging.letter_pdf import Addressee, Letter, ListOf, Row
from otayori.messaging.models import URGENCY_LABELS, Attachment, Message, ToldOtherwise
from otayori.messaging.words import sender_of
from otayori.schools.models import School, Ward


class What(StrEnum):
    """What is printed."""

    EACH = "each"  # a letter for each child
    WHOLE = "whole"  # one letter to make copies of
    HAND = "hand"  # the list to hand letters out by, a page for each class
    CALL = "call"  # the list to telephone by


class Recalled(Exception):
    """The message was taken back: its words go nowhere any more."""


class Nobody(Exception):
    """There is no child to print for."""


_NEEDS = {
    Need.UNREGISTERED: "未登録",
    Need.UNREACHABLE: "通知先がない",
    Need.FAILED: "届かなかった",
    Need.UNREAD: "未読",
    Need.REACHED: "",
}
_WAYS = {ToldOtherwise.Way.LETTER: "紙", ToldOtherwise.Way.PHONE: "電話", ToldOtherwise.Way.PERSON: "直接"}
_MARKED = {Urgency.EMERGENCY.value, Urgency.IMPORTANT.value}


def print_letters(
    access: Access, message: Message, school: School, what: What, *, sections: Sequence[Section]
) -> bytes:
    """Return the PDF. `sections`: the children meant, as this person may see them (letter.py).

    The door has let the person to the message. Raises `Recalled` (letters alone: whom to telephone stays of
    use) or `Nobody`. No connection to the database is held while 1,200 letters are typeset.
    """
    if message.recalled_at is not None and what in (What.EACH, What.WHOLE):
        raise Recalled
    lines = [line for one in sections for line in one.lines]
    if not lines and what is not What.WHOLE:
        raise Nobody
    with translation.override("ja"):
        if what in (What.HAND, What.CALL):
            listed = _list(message, school, what, sections=sections)
            let_go()
            printed = letter_pdf.children(listed)
        else:
            letter = _letter(message, school)
            to = _addressees(sections) if what is What.EACH else []
            let_go()
            printed = letter_pdf.letters(letter, to)
    audit.record(
        "letters printed",
        actor_id=access.user.id,
        school_id=school.id,
        object_id=message.id,
        what=what.value,
        count=1 if what is What.WHOLE else len(lines),
    )
    return printed


def _letter(message: Message, school: School) -> Letter:
    sent = message.released_at or message.due_at or clock.now()
    ready = message.attachments.filter(state=Attachment.State.READY)
    marks = [str(URGENCY_LABELS[Urgency(message.urgency)])] if message.urgency in _MARKED else []
    if message.version > 1:
        marks.append("訂正")
    if message.released_at is None:
        marks.append("見本（まだ配信していません）")
    footer = f"学校からのお知らせ「おたより」で{moment_text(sent)}に配信したお知らせです。"
    return Letter(
        day=sent.astimezone(clock.TOKYO).date(),
        sender=sender_of(message),
        contact=_contact(message, school),
        marks=tuple(marks),
        title=message.title,
        text=message.text,
        files=tuple(one.name for one in ready),
        footer=footer if message.released_at else "",
    )


def _contact(message: Message, school: School) -> str:
    if message.school is not None:
        return f"電話 {school.phone}" if school.phone else ""
    ward = Ward.objects.get()
    return f"{ward.office} 電話 {ward.phone}" if ward.phone else ward.office


def _addressees(sections: Sequence[Section]) -> list[Addressee]:
    return [Addressee(_place(one, line), line.student.name) for one in sections for line in one.lines]


def _place(section: Section, line: Line) -> str:
    label = section.classroom.label if section.classroom else ""
    return f"{label} {line.number}番" if line.number and label else label


def _list(message: Message, school: School, what: What, *, sections: Sequence[Section]) -> ListOf:
    count = sum(len(one.lines) for one in sections)
    sent = f"{moment_text(message.released_at)} に配信" if message.released_at else "まだ配信していません"
    recalled = "（取り消したお知らせです）" if message.recalled_at else ""
    return ListOf(
        kind="hand" if what is What.HAND else "call",
        day=clock.today(),
        heading="紙で伝える人の一覧" if what is What.HAND else "電話で伝える人の一覧",
        message=f"「{message.title}」{recalled}",
        facts=f"{school.name}・{sent}・{count}人・{moment_text(clock.now())} 現在",
        sections=tuple(
            (one.classroom.label if one.classroom else "学級なし", tuple(_row(line) for line in one.lines))
            for one in sections
        ),
    )


def _row(line: Line) -> Row:
    told = "、".join(f"{_WAYS[ToldOtherwise.Way(one.way)]} {_day(one)}" for one in line.told)
    return Row(str(line.number or ""), line.student.name, _NEEDS[line.need], told)


def _day(told: ToldOtherwise) -> str:
    day = told.at.astimezone(clock.TOKYO)
    return f"{day.month}/{day.day}"
