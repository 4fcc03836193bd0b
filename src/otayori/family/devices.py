"""The guardian's devices: their names, when they were last seen, a test push, and which of them this is."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from otayori.accounts.interrupted import keeps_typing
from otayori.delivery import endpoints
from otayori.delivery.models import ChannelName, Endpoint
from otayori.delivery.parcel import Outcome, Verdict
from otayori.family import pending
from otayori.family.notifications import push_test
from otayori.family.told import told
from otayori.roster.access import guardian, guardian_of
from otayori.roster.models import Guardian


class NameForm(forms.Form):
    """What the guardian calls a device."""

    name = forms.CharField(
        label=gettext_lazy("端末の名前"),
        help_text=gettext_lazy("例: お母さんのiPhone。ほかの人には見えません。"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@guardian
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """All devices that get notifications, newest last."""
    found = devices_of(guardian_of(request))
    return render(request, "family/devices.html", {"devices": found, "nav_current": "settings"})


@keeps_typing
@guardian
def rename(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Ask for a name and keep it."""
    device = open_device(guardian_of(request), endpoint_id)
    form = NameForm(request.POST or None, initial={"name": device.device} | pending.typed_before(request))
    if request.method == "POST" and form.is_valid():
        endpoints.rename(guardian_of(request), endpoint_id, form.cleaned_data["name"])
        messages.success(request, _("端末の名前を変えました。"))
        return redirect("family:devices")
    context = {"form": form, "nav_current": "settings"} | pending.owner(request)
    return render(request, "family/rename_device.html", context)


@guardian
@require_POST
def try_device(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Push a test to a device and say how it went; `here` says that it is the device that asks."""
    device = open_device(guardian_of(request), endpoint_id)
    if device.state != Endpoint.State.ACTIVE:
        raise Http404
    outcome = push_test(device)
    words = _told(outcome, here=request.POST.get("here") == "1")
    sent = outcome.verdict is Verdict.SENT
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"ok": sent, "words": words})
    messages.add_message(request, messages.SUCCESS if sent else messages.WARNING, words)
    return redirect("family:devices")


@guardian
@require_POST
def which(request: HttpRequest) -> HttpResponse:
    """Tell a device which of the guardian's it is. JSON {"endpoint": push address} gives {"id"} or {}."""
    if not (url := told(request, "endpoint")):
        return JsonResponse({"error": "endpoint"}, status=400)
    found = endpoints.device_at(guardian_of(request), url)
    return JsonResponse({"id": str(found.id)} if found else {})


def devices_of(person: Guardian) -> list[Endpoint]:
    """The guardian's devices, oldest first."""
    return [way for way in endpoints.endpoints_of(person) if way.channel == ChannelName.WEBPUSH]


def open_device(person: Guardian, endpoint_id: UUID) -> Endpoint:
    """Return one of the guardian's own devices, else 404: an e-mail address is none."""
    device = endpoints.open_endpoint(person, endpoint_id)
    if device.channel != ChannelName.WEBPUSH:
        raise Http404
    return device


def _told(outcome: Outcome, *, here: bool) -> str:
    """Whether the push service took it. Whether it arrived, only the device itself can tell."""
    if outcome.verdict is Verdict.SENT and here:
        return _("テスト通知を送りました。数秒で、この端末に届きます。")
    if outcome.verdict is Verdict.SENT:
        return _("テスト通知を送りました。届いたかどうかは、その端末で確かめてください。")
    if outcome.endpoint_dead:
        return _(
            "この端末の登録が切れていました。その端末でおたよりを開き、「この端末の通知」で通知を許可してください。"
        )
    if outcome.verdict is Verdict.PERMANENT:
        return _("通知サービスに断られました。お知らせはメールで届きます。学校の担当者にお知らせください。")
    return _("いま通知サービスにつながりません。数分待ってから、もう一度お試しください。")
