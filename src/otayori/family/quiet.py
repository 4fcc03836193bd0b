"""静かな時間とまとめ受け取り: when a guardian wants to hear of what can wait."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otayori.delivery import preferences
from otayori.delivery.hold import Wish
from otayori.roster.access import guardian, guardian_of

_HOURS = [(hour, f"{hour}:00") for hour in preferences.HOURS]
_NEVER = ("", gettext_lazy("決めない"))


def _hour(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=[_NEVER, *_HOURS], coerce=int, empty_value=None, required=False
    )


class QuietForm(forms.Form):
    """Whole hours: from when until when it is quiet, and at which hour all of a day comes."""

    quiet_from = _hour(gettext_lazy("何時から"))
    quiet_until = _hour(gettext_lazy("何時まで"))
    digest_at = _hour(gettext_lazy("まとめて受け取る時刻"))

    def clean(self) -> dict[str, Any]:
        """Both ends of the quiet hours, or none."""
        found = super().clean() or {}
        if self.errors:
            return found
        start, end = found["quiet_from"], found["quiet_until"]
        if start is not None and end is None:
            self.add_error("quiet_until", _("静かな時間が何時までかを選んでください。"))
        if start is None and end is not None:
            self.add_error("quiet_from", _("静かな時間が何時からかを選んでください。"))
        if start is not None and start == end:
            self.add_error("quiet_until", _("「何時から」とは別の時刻を選んでください。"))
        return found


@guardian
def quiet(request: HttpRequest) -> HttpResponse:
    """Show what was chosen in words, and keep something else."""
    person = guardian_of(request)
    wish = preferences.wish_of(preferences.preference_of(person))
    form = QuietForm(request.POST or None, initial=vars(wish))
    if request.method == "POST" and form.is_valid():
        wish = Wish(**form.cleaned_data)
        preferences.keep(person, wish)
        messages.success(request, _("保存しました。%(sentence)s") % {"sentence": sentence(wish)})
        return redirect("family:quiet")
    context = {"form": form, "sentence": sentence(wish), "nav_current": "settings"}
    return render(request, "family/quiet.html", context)


def sentence(wish: Wish) -> str:
    """Say what happens by this wish."""
    hours = {
        "start": _clock(wish.quiet_from),
        "end": _clock(wish.quiet_until),
        "at": _clock(wish.digest_at),
    }
    if wish.digest_at is not None:
        return (
            _(
                "通常のお知らせと配布物は、毎日%(at)sにまとめて届きます。緊急と重要は、いつでもすぐに届きます。"
            )
            % hours
        )
    if wish.quiet_from is not None:
        return (
            _(
                "%(start)sから%(end)sまでに送られた通常のお知らせと配布物は、%(end)sに届きます。"
                "緊急と重要は、いつでもすぐに届きます。"
            )
            % hours
        )
    return _("どのお知らせも、送られたらすぐに届きます。")


def _clock(hour: int | None) -> str:
    return "" if hour is None else f"{hour}:00"
