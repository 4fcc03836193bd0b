"""Recall: say why, and take the message back."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from otayori.accounts.access import access_of, staff
from otayori.console.forms_after import RecallForm, suggested_reasons
from otayori.messaging import recall as recalling
from otayori.messaging import report
from otayori.messaging.access import open_released


@staff
def recall(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Ask for the reason, and recall. A reason that fits is one click away: every minute counts."""
    access = access_of(request)
    message = open_released(access, message_id, own=True)
    if message.recalled_at is not None:
        return redirect("console:message", message_id=message.id)
    form = RecallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        recalling.recall(access, message.id, form.cleaned_data["reason"])
        notices.success(request, _("取り消しました。受け取った方には、取り消しを知らせています。"))
        return redirect("console:message", message_id=message.id)
    context = {
        "nav_current": "messages",
        "message": message,
        "form": form,
        "reasons": suggested_reasons(),
        "totals": report.totals(message),
    }
    return render(request, "console/recall.html", context)
