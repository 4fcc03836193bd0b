"""Preview: a draft as the guardian's phone shows it, and as the mail will."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otayori.accounts.access import access_of, staff
from otayori.accounts.interrupted import keeps_typing
from otayori.console.forms_compose import ComposeForm
from otayori.console.writing import posted
from otayori.messaging.access import open_draft
from otayori.messaging.compose import applied
from otayori.messaging.models import Message
from otayori.messaging.show_mail import mail_of
from otayori.messaging.words import sender_of


@staff
@require_safe
def preview(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """A draft as it will look; the tabs are addresses (`?as=mail`)."""
    message = open_draft(access_of(request), message_id)
    as_mail = request.GET.get("as") == "mail"
    here = reverse("console:preview", args=[message.id])
    tabs = [
        {"url": here, "label": _("スマートフォン"), "current": not as_mail},
        {"url": f"{here}?as=mail", "label": _("メール"), "current": as_mail},
    ]
    context = {"nav_current": "messages", "tabs": tabs, "as_mail": as_mail, **_shown(message)}
    return render(request, "console/preview.html", context)


@keeps_typing
@staff
@require_POST
def mail_preview(request: HttpRequest) -> HttpResponse:
    """The mail of what stands on the compose page, saved or not (htmx)."""
    writing = posted(access_of(request), request.POST)
    form = ComposeForm(request.POST, writing.choices)
    form.is_valid()
    message = writing.message or Message(id=writing.draft_id, school=writing.sender)
    return render(request, "console/mail_preview.html", _shown(applied(message, form.words(writing.message))))


def _shown(message: Message) -> dict[str, Any]:
    return {"message": message, "mail": mail_of(message), "sender_name": sender_of(message)}
