"""Notifications on this device: explained first, then asked for, then tried."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otayori.core.devices import device_name
from otayori.delivery import endpoints, test_push
from otayori.delivery.channels.webpush import BadSubscription
from otayori.delivery.models import ChannelName, Endpoint
from otayori.delivery.parcel import Outcome, Verdict
from otayori.family.told import told
from otayori.roster.access import guardian, guardian_of


@guardian
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """The page with the steps for this device."""
    page = notification_page(request) | {"nav_current": "settings"}
    return render(request, "family/notifications.html", page)


def notification_page(request: HttpRequest) -> dict[str, Any]:
    """What the steps need: the key to subscribe with, and whether mail comes where notifications do not."""
    ways = endpoints.endpoints_of(guardian_of(request))
    return {"push_key": test_push.public_key(), "by_mail": reached_by_mail(ways)}


def reached_by_mail(ways: list[Endpoint]) -> bool:
    """Tell whether one of these is a mail address that works."""
    return any(way.channel == ChannelName.EMAIL and way.state == Endpoint.State.ACTIVE for way in ways)


@guardian
@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Take this device's push subscription; the same one again changes nothing."""
    try:
        endpoint = endpoints.subscribe(
            guardian_of(request),
            request.body.decode(errors="replace"),
            device=device_name(request.headers.get("User-Agent", "")),
            vapid=test_push.public_key(),
        )
    except BadSubscription as error:
        words = _("このブラウザーの通知サービスには対応していません。")
        if reached_by_mail(endpoints.endpoints_of(guardian_of(request))):
            words = _("このブラウザーの通知サービスには対応していません。メールでお届けします。")
        return JsonResponse({"error": error.code, "words": words}, status=400)
    except endpoints.TooManyDevices:
        words = _("登録できる端末は20台までです。設定で、使っていない端末を外してください。")
        return JsonResponse({"error": "many", "words": words}, status=409)
    return JsonResponse({"id": str(endpoint.id), "device": endpoint.device})


@guardian
@require_POST
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """Forget this device: it signs out. JSON {"endpoint": push address}."""
    if not (url := told(request, "endpoint")):
        return JsonResponse({"error": "endpoint"}, status=400)
    endpoints.unsubscribe(guardian_of(request), url)
    return JsonResponse({})


@guardian
@require_POST
def try_one(request: HttpRequest) -> HttpResponse:
    """Push a test to one of the guardian's devices and say how it went. JSON {"id": endpoint id}."""
    person = guardian_of(request)
    if not (wanted := told(request, "id")):
        return JsonResponse({"error": "id"}, status=400)
    ways = endpoints.endpoints_of(person)
    endpoint = _device(ways, wanted)
    if endpoint is None:
        words = _("この端末は、まだ登録されていません。「通知を許可する」を押してください。")
        return JsonResponse({"ok": False, "words": words}, status=404)
    outcome = push_test(endpoint)
    sent = outcome.verdict is Verdict.SENT
    return JsonResponse(
        {"ok": sent, "gone": outcome.endpoint_dead, "words": _told(outcome, by_mail=reached_by_mail(ways))}
    )


def push_test(endpoint: Endpoint) -> Outcome:
    """Push a test to a device, in the language of the page, and tell how it went."""
    return test_push.send_test(
        endpoint,
        sender=_("おたより"),
        title=_("テスト通知です。この端末に、学校からのお知らせが届きます。"),
        language=get_language() or "ja",
        path=reverse("family:notifications"),
    )


def _device(ways: list[Endpoint], wanted: str) -> Endpoint | None:
    live = (way for way in ways if way.channel == ChannelName.WEBPUSH and way.state == Endpoint.State.ACTIVE)
    return next((way for way in live if str(way.id) == wanted), None)


def _told(outcome: Outcome, *, by_mail: bool) -> str:
    if outcome.verdict is Verdict.SENT:
        return _("テスト通知を送りました。数秒で届きます。")
    if outcome.endpoint_dead:
        return _("この端末の登録が切れていました。もう一度「通知を許可する」を押してください。")
    if outcome.verdict is Verdict.PERMANENT and not by_mail:
        return _("通知サービスに断られました。学校の担当者にお知らせください。")
    if outcome.verdict is Verdict.PERMANENT:
        return _("通知サービスに断られました。お知らせはメールで届きます。学校の担当者にお知らせください。")
    return _("いま通知サービスにつながりません。数分待ってから、もう一度お試しください。")
