"""Progress: how a released message goes out, live; and the stop button."""

from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from otayori.accounts.access import Access, access_of, staff
from otayori.console import after, approval, bars, scheduled
from otayori.console.reasons import reason_of
from otayori.delivery.models import ChannelName
from otayori.messaging import failures, report, send
from otayori.messaging.access import may_change, open_message, open_released
from otayori.messaging.compose import audience_of
from otayori.messaging.describe import names_of, names_within, shortened
from otayori.messaging.models import Message
from otayori.messaging.words import sender_of


@staff
@require_safe
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
    audience, sender = audience_of(found), found.school
    names = names_within(sender, audience) if sender else names_of([audience])
    words = names.words(audience, sender)
    context = _how_it_goes(access, found) | {
        "nav_current": "messages",
        "sender_name": sender_of(found),
        "audience": shortened(words, most=8),
    }
    context |= after.context(access, found, context)
    return render(request, "console/progress.html", context)


@staff
@require_safe
def progress_part(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """The part of the page that changes by itself (htmx)."""
    access = access_of(request)
    found = open_released(access, message_id)
    return render(request, "console/progress_part.html", _how_it_goes(access, found) | {"is_part": True})


@staff
def stop(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Ask, and stop what still waits."""
    access = access_of(request)
    found = open_released(access, message_id, own=True)
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
            "detail": _stop_detail(sum(one.may_be_stopped for one in bars.tellings(found))),
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


def _how_it_goes(access: Access, found: Message) -> dict[str, Any]:
    told = bars.tellings(found)
    newest, waiting = told[0], sum(one.waiting for one in told)
    totals = report.totals(found)
    # of a recalled message what counts is whom the notice did not reach
    failed = newest.failed if found.recalled_at else sum(one.failed for one in told)
    still_open = sum(one.may_be_stopped for one in told)
    return {
        "message": found,
        "newest": newest,
        "older": told[1:],
        "bars": newest.bars,
        "waiting": waiting,
        "later": sum(one.later + one.held for one in told),
        "stop_detail": _stop_detail(still_open),
        "may_stop": bool(still_open) and may_change(access, found),
        "state": "sending" if waiting else "stopped" if newest.is_stopped else "sent",
        "totals": totals,
        "read_percent": 100 * totals.read // totals.recipients if totals.recipients else 0,
        "failed": failed,
        "failures": _failures(access, found) if failed and found.recalled_at is None else [],
    }


def _failures(access: Access, found: Message) -> list[dict[str, Any]]:
    return [
        {
            "failure": failure,
            "channel": ChannelName(failure.channel).label,
            "reason": reason_of(failure.code),
        }
        for failure in failures.newest(access, found)
    ]
