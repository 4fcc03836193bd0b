"""A scheduled message: what will go to whom and when; and taking that back."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from otayori.accounts.access import Access, access_of, staff
from otayori.console.confirm import whom_context
from otayori.messaging import resolve
from otayori.messaging import schedule as scheduling
from otayori.messaging.access import may_change, open_message
from otayori.messaging.compose import audience_of
from otayori.messaging.models import Message


def page(request: HttpRequest, access: Access, message: Message) -> HttpResponse:
    """The page of a scheduled message, which its door has let through."""
    context = whom_context(message, resolve.reach(audience_of(message)))
    context |= {"nav_current": "messages", "may_cancel": may_change(access, message)}
    return render(request, "console/scheduled.html", context)


@staff
def unschedule(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Ask, and make a scheduled message a draft again."""
    access = access_of(request)
    message = open_message(access, message_id)
    if not may_change(access, message):
        raise Http404
    if message.state != Message.State.SCHEDULED and request.method != "POST":
        return redirect("console:message", message_id=message.id)
    if request.method == "POST":
        if scheduling.cancel(access, message):
            notices.success(request, _("予約を取り消しました。下書きに戻り、送信されません。"))
            return redirect("console:draft", message_id=message.id)
        notices.warning(request, _("取り消せる予約がありません。もう送信されたか、下書きに戻っています。"))
        return redirect("console:message", message_id=message.id)
    return render(
        request,
        "console/ask.html",
        {
            "nav_current": "messages",
            "question": _("「%(title)s」の予約を取り消しますか") % {"title": message.title},
            "detail": _("送信されず、下書きに戻ります。"),
            "verb": _("予約を取り消す"),
            "back_url": reverse("console:message", args=[message.id]),
            "back_label": _("予約のままにする"),
        },
    )
