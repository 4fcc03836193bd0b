"""Progress: how a released message goes out, live; and the stop button."""

from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from otayori.accounts.access import Access, access_of, staff
from otayori.console import approval, scheduled, sentences
from otayori.console.reasons import reason_of
from otayori.core import clock
from otayori.core.moments import clock_text
from otayori.delivery.models import Batch, ChannelName
from otayori.delivery.progress import ChannelProgress, progress
from otayori.messaging import failures, report, send
from otayori.messaging.access import may_change, open_message
from otayori.messaging.compose import audience_of
from otayori.messaging.describe import names_of, shortened
from otayori.messaging.models import Message
from otayori.messaging.pace import UNKNOWN, Pace, pace
from otayori.messaging.words import sender_of


@staff
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """A message: how it goes out, who has read it, what it says. A draft leads to its form."""
    access = access_of(request)
    found = open_message(access, message_id)
    if found.state == Message.State.DRAFT:
        return redirect("console:draft", message_id=found.id)
    if found.state == Message.State.SCHEDULED:
        return scheduled.page(request, access, found)
    if found.state == Message.State.APPROVAL:
        return approval.page(request, access, found)
    audience = audience_of(found)
    words = names_of([audience]).words(audience, found.school)
    context = _how_it_goes(access, found) | {
        "nav_current": "messages",
        "sender_name": sender_of(found),
        "audience": shortened(words, most=8),
    }
    return render(request, "console/progress.html", context)


@staff
def progress_part(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """The part of the page that changes by itself (htmx)."""
    access = access_of(request)
    found = _released(access, message_id)
    return render(request, "console/progress_part.html", _how_it_goes(access, found) | {"is_part": True})


@staff
def stop(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Ask, and stop what still waits."""
    access = access_of(request)
    found = _released(access, message_id)
    if not may_change(access, found):
        raise Http404
    here = reverse("console:message", args=[found.id])
    if request.method == "POST":
        _say_stopped(request, send.stop(access, found))
        return redirect(here)
    return render(
        request,
        "console/ask.html",
        {
            "nav_current": "messages",
            "question": _("「%(title)s」の送信を止めますか") % {"title": found.title},
            "detail": _stop_detail(_open(progress(_batch(found)))),
            "verb": _("送信を止める"),
            "back_url": here,
            "back_label": _("送信を続ける"),
        },
    )


def _say_stopped(request: HttpRequest, waiting: int) -> None:
    if waiting:
        notices.success(
            request, _("送信を止めました。待っていた%(n)s件は送りません。") % {"n": f"{waiting:,}"}
        )
    else:
        notices.info(request, _("止めるものはありませんでした。送信は終わっています。"))


def _stop_detail(waiting: int) -> str:
    return _("まだ送っていない%(n)s件は届かなくなります。すでに送った分は取り消せません。") % {
        "n": f"{waiting:,}"
    }


def _released(access: Access, message_id: UUID) -> Message:
    found = open_message(access, message_id)
    if found.state != Message.State.RELEASED:
        raise Http404
    return found


def _batch(message: Message) -> Batch:
    if message.batch is None:  # the database forbids it: message_released_with_batch
        raise Http404
    return message.batch


def _how_it_goes(access: Access, found: Message) -> dict[str, Any]:
    batch = _batch(found)
    channels = progress(batch)
    paces = pace(batch, clock.now())
    waiting, still_open = sum(channel.waiting for channel in channels), _open(channels)
    totals = report.totals(found)
    return {
        "message": found,
        "batch": batch,
        "bars": [
            _bar(channel, paces.get(channel.channel, UNKNOWN), is_stopped=batch.stopped_at is not None)
            for channel in channels
        ],
        "waiting": waiting,
        "later": still_open - waiting,
        "stop_detail": _stop_detail(still_open),
        "may_stop": bool(still_open) and batch.stopped_at is None and may_change(access, found),
        "state": "sending" if waiting else "stopped" if batch.stopped_at else "sent",
        "totals": totals,
        "read_percent": 100 * totals.read // totals.recipients if totals.recipients else 0,
        "failed": sum(channel.failed for channel in channels),
        "failures": [_failure(failure) for failure in failures.newest(access, found)]
        if any(channel.failed for channel in channels)
        else [],
    }


def _open(channels: list[ChannelProgress]) -> int:
    return sum(channel.open for channel in channels)


def _bar(channel: ChannelProgress, speed: Pace, *, is_stopped: bool) -> dict[str, Any]:
    return {
        "label": channel.label,
        "done": channel.done,
        "failed": channel.failed,
        "waiting": channel.waiting,
        "stopped": channel.cancelled + channel.expired,
        "left": _left(channel, speed),
        "notes": _notes(channel, is_stopped=is_stopped),
    }


def _left(channel: ChannelProgress, speed: Pace) -> str:
    if channel.waiting:
        return sentences.time_left(speed.seconds_left(channel.waiting))
    if channel.cancelled or channel.later or speed.last_sent_at is None:
        return ""
    return _("%(time)s に終わりました") % {"time": clock_text(speed.last_sent_at)}


def _notes(channel: ChannelProgress, *, is_stopped: bool) -> list[str]:
    """What else became of the channel's deliveries, in sentences."""
    notes = []
    if channel.later_at:
        notes.append(
            _("未読の方には %(time)s からメールでも送ります（%(n)s件）")
            % {"time": clock_text(channel.later_at), "n": f"{channel.later:,}"}
        )
    if channel.spared:
        notes.append(_("読まれたため送らなかったメール %(n)s件") % {"n": f"{channel.spared:,}"})
    if channel.expired:
        notes.append(_("届ける期限を過ぎたため送らなかった分 %(n)s件") % {"n": f"{channel.expired:,}"})
    if channel.cancelled:
        sentence = (
            _("%(n)s件は送っていません（停止）")
            if is_stopped
            else _("%(n)s件は送っていません（通知先の変更など）")
        )
        notes.append(sentence % {"n": f"{channel.cancelled:,}"})
    return notes


def _failure(failure: failures.Failure) -> dict[str, Any]:
    return {
        "failure": failure,
        "channel": ChannelName(failure.channel).label,
        "reason": reason_of(failure.code),
    }
