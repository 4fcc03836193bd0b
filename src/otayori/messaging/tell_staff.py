"""Tell staff by mail that a message needs them: written with the deed, sent by a worker, tried five times.

The mail names no child and no title: it says the school, what is asked, and where the page is.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from otayori.accounts.access import access_for
from otayori.accounts.members import people_of
from otayori.accounts.models import Membership, Role, User
from otayori.core import clock, languages, mail
from otayori.messaging.models import Message, StaffNotice
from otayori.messaging.words import sender_of

log = logging.getLogger(__name__)

About = StaffNotice.About
MOST_TRIES = 5
AGAIN_AFTER = timedelta(minutes=1)  # doubled with each try
AT_ONCE = 50  # so that a chore ends


def deciders(message: Message, *, but: User | None, people: Sequence[Membership] | None = None) -> list[User]:
    """Return who decides for the message's school beside `but`: its managers, else the board's officers.

    `people`: of its school (members.people_of), where they are known already.
    """
    if people is None:
        people = people_of(message.school)
    others = [one for one in people if but is None or one.user_id != but.id]
    of_school = [
        one.user for one in others if one.role == Role.MANAGER and one.school_id == message.school_id
    ]
    return of_school or [one.user for one in others if one.role == Role.BOARD_OFFICER]


def _who(role: Role, message: Message, but: User | None) -> list[User]:
    school = message.school_id if role == Role.MANAGER else None
    members = Membership.objects.filter(role=role, school=school).values("user")
    people = User.objects.filter(id__in=members, is_active=True).order_by("created_at")
    return [person for person in people if but is None or person.id != but.id]


def tell(people: Iterable[User], message: Message, about: About) -> None:
    """Write it down in the caller's transaction: who is told stands or falls with the deed."""
    now = clock.now()
    StaffNotice.objects.bulk_create(
        [StaffNotice(to=person, message=message, about=about, due_at=now) for person in people]
    )


def emergency_sent(message: Message, *, by: User) -> None:
    """Inform the second person: an emergency went out by one person's word.

    The board is not woken by each school's emergency.
    """
    role = Role.MANAGER if message.school_id else Role.BOARD_OFFICER
    tell(_who(role, message, by), message, About.EMERGENCY_SENT)


def send_due(now: datetime) -> int:
    """Send what is due; returns how many mails were taken. Any number of workers may do so at once."""
    due = StaffNotice.objects.filter(due_at__lte=now, sent_at__isnull=True, given_up_at__isnull=True)
    sent = 0
    for notice in due.select_related("to", "message__school").order_by("due_at")[:AT_ONCE]:
        if _claim(notice, now):
            sent += _send(notice, now)
    return sent


def _claim(notice: StaffNotice, now: datetime) -> bool:
    """Take it for this try, unless another worker did: it moves `due_at`, which both have read.

    A worker that dies after it leaves the notice to the next try.
    """
    unclaimed = StaffNotice.objects.filter(id=notice.id, due_at=notice.due_at, sent_at__isnull=True)
    later = now + AGAIN_AFTER * 2**notice.tries
    return bool(unclaimed.update(due_at=later, tries=notice.tries + 1))


def _send(notice: StaffNotice, now: datetime) -> bool:
    if not _is_still_so(notice):
        StaffNotice.objects.filter(id=notice.id).update(given_up_at=now)
        return False
    subject, text = _words(notice)
    try:
        mail.send_text(notice.to.email, subject, text)
    except mail.MailNotSent:
        if notice.tries + 1 >= MOST_TRIES:
            StaffNotice.objects.filter(id=notice.id).update(given_up_at=now)
            log.warning("staff notice %s given up", notice.id)
        return False
    StaffNotice.objects.filter(id=notice.id).update(sent_at=now)
    return True


def _is_still_so(notice: StaffNotice) -> bool:
    """Tell whether the mail would still be true, and the person's business."""
    if not notice.to.is_active:
        return False
    access = access_for(notice.to)
    match notice.about:
        case About.APPROVAL_ASKED:
            waits = notice.message.state == Message.State.APPROVAL
            return waits and access.manages(notice.message.school_id)
        case About.EMERGENCY_SENT:
            return access.manages(notice.message.school_id)
    return access.is_staff


def _words(notice: StaffNotice) -> tuple[str, str]:
    """Return subject and text in the person's language."""
    address = settings.OTAYORI_BASE_URL + reverse("console:message", args=[notice.message_id])
    with translation.override(languages.for_staff(notice.to.language)):
        subject, sentence = _said(About(notice.about), sender_of(notice.message))
        text = _("%(sentence)s\n\n次のページで内容をご覧ください。\n%(address)s\n") % {
            "sentence": sentence,
            "address": address,
        }
    return subject, text


def _said(about: About, sender: str) -> tuple[str, str]:
    name = {"sender": sender}
    match about:
        case About.APPROVAL_ASKED:
            return (
                _("おたより 承認の依頼"),
                _("%(sender)s のお知らせの承認を依頼されています。") % name,
            )
        case About.SENT_BACK:
            return (
                _("おたより 差し戻し"),
                _("%(sender)s のお知らせが差し戻されました。まだ送信していません。") % name,
            )
        case About.APPROVED:
            return (
                _("おたより 承認されました"),
                _("%(sender)s のお知らせが承認されました。") % name,
            )
        case About.EMERGENCY_SENT:
            return (
                _("おたより 緊急のお知らせを送信しました"),
                _("%(sender)s から緊急のお知らせを1人の判断で送信しました。内容をお確かめください。") % name,
            )
    return (
        _("おたより 送信できなかったお知らせ"),
        _("%(sender)s のお知らせは、予約した時刻に送れませんでした。下書きに戻っています。") % name,
    )
