"""Remind: ask with the number, and tell the unread again."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from otayori.accounts.access import access_of, staff
from otayori.console.after import closed_sentence
from otayori.console.sentences import ways_sentence
from otayori.core import clock
from otayori.core.moments import clock_text
from otayori.delivery.parcel import Urgency
from otayori.messaging import follow_up
from otayori.messaging import remind as reminding
from otayori.messaging.access import open_released
from otayori.messaging.models import Message


@staff
def remind(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Ask, and tell those again who have not read it."""
    access = access_of(request)
    message = open_released(access, message_id, own=True)
    try:
        if request.method == "POST":
            done = reminding.remind(access, message.id, request.POST.get("seen", ""))
            if done is not None:
                notices.success(
                    request, _("未読の %(n)s人に再通知しています。") % {"n": f"{done.guardians:,}"}
                )
            return redirect("console:message", message_id=message.id)
        look = _look(message)
    except (follow_up.Closed, reminding.TooSoon, reminding.NobodyLeft) as refusal:
        notices.warning(request, _sentence(refusal))
        return redirect("console:message", message_id=message.id)
    context = {"nav_current": "messages", "message": message, "look": look}
    return render(request, "console/remind.html", context | {"ways": ways_sentence(Urgency(message.urgency))})


def _look(message: Message) -> reminding.Look:
    """Look before asking: what can't be done is not asked for."""
    if (why := follow_up.why_closed(message, clock.now())) is not None:
        raise follow_up.Closed(why)
    look = reminding.look(message)
    if look.too_soon is not None:
        raise look.too_soon
    if not look.unread.reached:
        raise reminding.NobodyLeft
    return look


def _sentence(refusal: Exception) -> str:
    if isinstance(refusal, follow_up.Closed):
        return closed_sentence(refusal.why)
    if isinstance(refusal, reminding.NobodyLeft):
        return _("再通知できる方がいません。未読の方には、電話や紙などで伝えてください。")
    until = refusal.until if isinstance(refusal, reminding.TooSoon) else None
    if until is None:
        return _("まだ送信が続いています。終わってから、再通知してください。")
    return _("送ったばかりです。%(time)s から再通知できます。") % {"time": clock_text(until)}
