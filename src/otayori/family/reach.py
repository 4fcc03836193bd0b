"""お知らせは届きますか: what reaches this guardian, and what this device tells of itself."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from otayori.core import mail
from otayori.core.moments import moment_text
from otayori.delivery import endpoints, test_push
from otayori.delivery.models import ChannelName, Endpoint
from otayori.delivery.withdraw import Why, withdraw
from otayori.family.notifications import reached_by_mail
from otayori.family.told import told
from otayori.roster.access import guardian, guardian_of


@guardian
@require_safe
def reach(request: HttpRequest) -> HttpResponse:
    """What the server knows stands there without script; the rest this device finds out by itself."""
    ways = endpoints.endpoints_of(guardian_of(request))
    mails = [way for way in ways if way.channel == ChannelName.EMAIL]
    devices = [way for way in ways if way.channel == ChannelName.WEBPUSH]
    context = {
        "mails": mails,
        "devices": devices,
        "by_mail": reached_by_mail(ways),
        "by_push": any(way.state == Endpoint.State.ACTIVE for way in devices),
        "sender": mail.sender_address(),
        "push_key": test_push.public_key(),
        "nav_current": "settings",
    }
    return render(request, "family/reach.html", context)


@guardian
@require_POST
def device(request: HttpRequest) -> HttpResponse:
    """Tell a device how it stands. JSON {"endpoint": push address}; the answer names it, or "unknown"."""
    if not (url := told(request, "endpoint")):
        return JsonResponse({"error": "endpoint"}, status=400)
    ways = endpoints.endpoints_of(guardian_of(request))
    key = endpoints.push_key(url)
    devices = [way for way in ways if way.channel == ChannelName.WEBPUSH]
    mine = next((way for way in devices if bytes(way.address_key) == key), None)
    others = any(way.state == Endpoint.State.ACTIVE for way in devices if way is not mine)
    if mine is None:
        return JsonResponse({"id": "", "state": "unknown", "arrived": "", "others": others})
    arrived = moment_text(mine.arrived_at) if mine.arrived_at else ""
    answer = {"id": str(mine.id), "state": mine.state, "arrived": arrived, "others": others}
    return JsonResponse(answer)


@guardian
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """Take from a device that it shows no pushes any more. JSON {"endpoint": push address, "why": `Why`}."""
    url, why = told(request, "endpoint"), told(request, "why")
    if not url or why not in list(Why):
        return JsonResponse({"error": "endpoint"}, status=400)
    return JsonResponse({"withdrawn": withdraw(guardian_of(request), url, Why(why))})
