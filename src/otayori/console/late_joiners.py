"""Late joiners: who came after the message was sent, by name, and sending it to those chosen."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from otayori.accounts.access import access_of, staff
from otayori.console.after import closed_sentence
from otayori.core import clock
from otayori.messaging import follow_up
from otayori.messaging.access import open_released
from otayori.messaging.late_joiners import late_joiners as find
from otayori.messaging.late_joiners import tell_late_joiners
from otayori.messaging.report_access import sees_every_class


@staff
def late_joiners(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Show who joined later; send it to those who are ticked."""
    access = access_of(request)
    message = open_released(access, message_id, own=True)
    if (why := follow_up.why_closed(message, clock.now())) is not None:
        notices.warning(request, closed_sentence(why))
        return redirect("console:message", message_id=message.id)
    if request.method == "POST":
        told = tell_late_joiners(access, message.id, _ticked(request))
        if told:
            notices.success(request, _("あとから加わった %(n)s人に送っています。") % {"n": f"{told:,}"})
        else:
            notices.info(request, _("送る方が選ばれていないか、もう送ってあります。"))
        return redirect("console:message", message_id=message.id)
    context = {
        "nav_current": "messages",
        "message": message,
        "lines": find(access, message),
        "is_partial": not sees_every_class(access, message),
    }
    return render(request, "console/late_joiners.html", context)


def _ticked(request: HttpRequest) -> list[UUID]:
    ids = []
    for value in request.POST.getlist("guardian"):
        with suppress(ValueError):  # made by nobody's page
            ids.append(UUID(value))
    return ids
