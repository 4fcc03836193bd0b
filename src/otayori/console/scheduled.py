"""A scheduled message, or one in its undo time: what will go to whom and when, and taking that back."""

from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otayori.accounts.access import Access, access_of, staff
from otayori.console.confirm import whom_context
from otayori.core import clock
from otayori.messaging import resolve
from otayori.messaging import schedule as scheduling
from otayori.messaging.access import may_change, open_message
from otayori.messaging.attachments.access import files_of
from otayori.messaging.compose import audience_of
from otayori.messaging.models import Message

LATE = 20  # seconds past its time: then no worker is there to take it


def page(request: HttpRequest, access: Access, message: Message) -> HttpResponse:
    """The page of a scheduled message, which its door has let through."""
    context = whom_context(access, message, resolve.reach(audience_of(message)))
    context |= {"nav_current": "messages", "may_cancel": may_change(access, message)}
    context["files"] = files_of(message)
    if scheduling.is_undo(message):
        return render(request, "console/undo.html", context | _undo_context(access, message))
    return render(request, "console/scheduled.html", context)


@staff
@require_safe
def undo_part(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """The part of the page that counts down (htmx); leads on when the message went out, or came back."""
    access = access_of(request)
    message = open_message(access, message_id)
    if message.state != Message.State.SCHEDULED or not scheduling.is_undo(message):
        response = HttpResponse()
        response["HX-Redirect"] = reverse("console:message", args=[message.id])
        return response
    return render(request, "console/undo_part.html", _undo_context(access, message))


@staff
@require_POST
def hasten(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Send now what waits for its undo time."""
    access = access_of(request)
    message = open_message(access, message_id)
    if not may_change(access, message):
        raise Http404
    if scheduling.hasten(access, message):
        notices.error(request, _("送信できませんでした。下書きに戻っています。"))
    return redirect("console:message", message_id=message.id)


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
        return _cancel(request, access, message)
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


def _cancel(request: HttpRequest, access: Access, message: Message) -> HttpResponse:
    was_undo = scheduling.is_undo(message)
    if not scheduling.cancel(access, message):
        notices.warning(request, _("取り消せる予約がありません。もう送信されたか、下書きに戻っています。"))
        return redirect("console:message", message_id=message.id)
    if was_undo:
        notices.success(request, _("送信を取り消しました。誰にも送っていません。下書きに戻りました。"))
    else:
        notices.success(request, _("予約を取り消しました。下書きに戻り、送信されません。"))
    if may_change(access, message):
        return redirect("console:draft", message_id=message.id)
    return redirect("console:messages")


def _undo_context(access: Access, message: Message) -> dict[str, Any]:
    left = (message.due_at - clock.now()).total_seconds() if message.due_at else 0.0
    return {
        "message": message,
        "may_cancel": may_change(access, message),
        "seconds_left": max(0, round(left)),
        "is_due": left <= 0,
        "is_late": left < -LATE,
    }
