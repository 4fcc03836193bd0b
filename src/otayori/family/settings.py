"""The guardian's settings: how they are reached, how pages look, the children, signing in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from otayori.delivery import endpoints
from otayori.delivery.models import ChannelName, Endpoint
from otayori.family import notices
from otayori.family.inbox import children_by_id
from otayori.roster.access import guardian, guardian_of


@guardian
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Rows that lead on, each with how it stands; a mail's "how to stop" leads to the row about mail."""
    person = guardian_of(request)
    ways = endpoints.endpoints_of(person)
    context = {
        "children": children_by_id(person).values(),
        "mails": [way for way in ways if way.channel == ChannelName.EMAIL],
        "devices": [way for way in ways if way.channel == ChannelName.WEBPUSH],
        "reached": any(way.state == Endpoint.State.ACTIVE for way in ways),
        "nav_current": "settings",
    }
    return render(request, "family/settings.html", context)


@guardian
def remove_endpoint(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Ask, then remove; where it is the last way to be reached, the page says what that means."""
    person = guardian_of(request)
    endpoint = endpoints.open_endpoint(person, endpoint_id)
    is_mail = endpoint.channel == ChannelName.EMAIL
    if request.method == "POST":
        endpoints.remove(person, endpoint_id)
        if is_mail:
            notices.address_removed(person, endpoint)
        messages.success(request, _("通知先から外しました。"))
        return redirect("family:add_email" if is_mail else "family:devices")
    last = endpoints.is_last_way(endpoint, endpoints.endpoints_of(person))
    context = {"endpoint": endpoint, "is_mail": is_mail, "last": last, "nav_current": "settings"}
    return render(request, "family/remove_endpoint.html", context)
