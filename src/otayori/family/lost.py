"""A lost phone: stop what is sent to it, and sign it out."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from otayori.accounts import sessions
from otayori.core.moments import moment_text
from otayori.delivery import lose
from otayori.delivery.models import Endpoint
from otayori.family.devices import devices_of
from otayori.roster.access import guardian, guardian_of

ALL, NONE = "all", "none"


class LostForm(forms.Form):
    """Which device is lost. `here` is the one that asks, as far as it knows itself: it is spared by "all"."""

    device = forms.ChoiceField(label=gettext_lazy("なくした端末"), widget=forms.RadioSelect)
    here = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, devices: list[Endpoint]) -> None:
        """`devices` are the guardian's."""
        super().__init__(data)
        self.devices = {str(one.id): one for one in devices}
        choices = [(key, _called(one)) for key, one in self.devices.items()]
        if len(choices) > 1:
            choices.append((ALL, _("この端末のほかの、すべての端末")))
        choices.append((NONE, _("この中にない、わからない")))
        self.fields["device"].choices = choices  # type: ignore[attr-defined]

    def lost(self) -> list[Endpoint]:
        """The devices to stop sending to."""
        picked = self.cleaned_data["device"]
        if picked == ALL:
            return [one for key, one in self.devices.items() if key != self.cleaned_data["here"]]
        return [self.devices[picked]] if picked in self.devices else []


def _called(device: Endpoint) -> str:
    """The device's name and when it was used: two phones of the same kind have the same name."""
    words = {"device": device.device or _("端末"), "moment": moment_text(device.seen_at or device.created_at)}
    if device.seen_at:
        return _("%(device)s（最後に開いたのは %(moment)s）") % words
    return _("%(device)s（登録したのは %(moment)s）") % words


@guardian
def lost(request: HttpRequest) -> HttpResponse:
    """Ask which, then stop its notifications and sign out everywhere but here."""
    person = guardian_of(request)
    form = LostForm(request.POST or None, devices=devices_of(person))
    if request.method == "POST" and form.is_valid():
        lose.lose(person, [one.id for one in form.lost()])
        sessions.end_others(request)
        return redirect("family:lost_done")
    return render(request, "family/lost.html", {"form": form, "nav_current": "settings"})


@guardian
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """What was done, what remains on the lost device, and what to do now."""
    return render(request, "family/lost_done.html", {"nav_current": "settings"})
