"""What stands on a released message's page besides the bars: what can be done, the chart, files, history."""

from typing import Any

from django.utils.translation import gettext as _

from otayori.accounts.access import Access
from otayori.console.bars import ToldOnce
from otayori.core import clock
from otayori.messaging import exposure, follow_up, remind, report_classes, report_schools
from otayori.messaging.access import may_change, may_read_words
from otayori.messaging.attachments.opening import with_guardians
from otayori.messaging.follow_up import Why
from otayori.messaging.history import Deed, Step, history
from otayori.messaging.models import ApprovalStep, Attachment, Message
from otayori.messaging.report import Totals
from otayori.messaging.report_access import own_classes, sees_whole_school


def context(access: Access, message: Message, live: dict[str, Any]) -> dict[str, Any]:
    """Return it; `live` is what progress._how_it_goes has counted already."""
    told: list[ToldOnce] = [live["newest"], *live["older"]]
    steps = history(message, [one.telling for one in told])
    files = list(with_guardians(message))
    return {
        "history": [{"at": step.at, "words": _words(step), "by": step.by} for step in steps],
        "files": files,
        "chart": [] if message.recalled_at else _chart(access, message),
        "seen": _exposure(message, files) if message.recalled_at else None,
        **_actions(access, message, told, live["totals"]),
    }


def _exposure(message: Message, files: list[Attachment]) -> exposure.Totals:
    was_opened = any(one.guardians for one in files)  # type: ignore[attr-defined]
    return exposure.total(exposure.exposures(message, with_files=was_opened).values())


def _actions(access: Access, message: Message, told: list[ToldOnce], totals: Totals) -> dict[str, Any]:
    """Which buttons stand there. A reminder has its number, or the time from which it makes sense."""
    closed = follow_up.why_closed(message, clock.now())
    mine = may_change(access, message)
    unread = totals.recipients - totals.newest if mine and closed is None else 0
    mails_until = max((one.mails_until for one in told if one.mails_until), default=None)
    ready_at = remind.ready_at(told[0].at, mails_until)
    is_ready = ready_at <= clock.now()
    return {
        "may_recall": mine and message.recalled_at is None,
        "may_read_words": may_read_words(access, message),
        "may_tell_again": mine and closed is None,
        "unread": unread if is_ready and not any(one.waiting for one in told) else 0,
        "remind_at": ready_at if unread and not is_ready else None,
    }


def _chart(access: Access, message: Message) -> list[dict[str, Any]]:
    """One bar a class; of the board's message, for the board, one a school."""
    if message.school is None and access.is_ward_wide and access.school is None:
        return [
            _row(line.school.name, f"?school={line.school.id}", line)
            for line in report_schools.by_school(message)
        ]
    school = message.school or access.school
    if school is None:
        return []
    shows_all, own = sees_whole_school(access, message, school), own_classes(access, message)
    query = "?" if message.school else f"?school={school.id}&"
    return [
        _row(line.label or _("学級なし"), f"{query}class={line.classroom_id or 'none'}", line)
        for line in report_classes.by_class(message, school)
        if shows_all or line.classroom_id in own
    ]


def _row(
    label: str, address: str, line: report_classes.ClassTotals | report_schools.SchoolTotals
) -> dict[str, Any]:
    unread, all_ = line.recipients - line.read - line.unreached, line.recipients or 1
    return {
        "label": label,
        "address": address,
        "read": line.read,
        "unread": unread,
        "unreached": line.unreached,
        # strings: a localised decimal comma would break the SVG
        "read_width": f"{line.read / all_ * 100:.2f}",
        "unread_width": f"{unread / all_ * 100:.2f}",
        "unreached_width": f"{line.unreached / all_ * 100:.2f}",
        "unreached_from": f"{(line.read + unread) / all_ * 100:.2f}",
    }


def _words(step: Step) -> str:
    people, version = f"{step.guardians:,}", step.version
    match step.deed:
        case Deed.SENT:
            return _("送信しました")
        case Deed.STOPPED:
            return _("送信を止めました")
        case Deed.OVERRIDDEN:
            return _("確認の警告を、理由を書いて解除しました")
        case Deed.REMIND:
            return _("未読の %(n)s人に再通知しました") % {"n": people}
        case Deed.CORRECT:
            return _("訂正しました（第%(version)s版、%(n)s人に通知）") % {"version": version, "n": people}
        case Deed.RECALL:
            return _("取り消しました（%(n)s人に通知）") % {"n": people}
        case Deed.LATE:
            return _("あとから加わった %(n)s人に送りました") % {"n": people}
    return str(ApprovalStep.Did(step.deed.value).label)


def closed_sentence(why: Why) -> str:
    """Say why a message is not told again."""
    return {
        Why.UNSENT: _("このお知らせは、まだ送信していません。"),
        Why.RECALLED: _("このお知らせは取り消されています。"),
        Why.EXPIRED: _("届ける期限を過ぎているため、もう送れません。新しいお知らせを作成してください。"),
    }[why]
