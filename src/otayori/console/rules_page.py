"""The rules of sending: who sends alone, who needs a second person, and how long sending can be undone."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otayori.accounts.access import access_of, manager_only, open_school, staff
from otayori.console.place import address
from otayori.messaging import rules
from otayori.messaging.models import SendingRules
from otayori.schools.models import School

MOST_UNDO = 600  # seconds


class RulesForm(forms.Form):
    """Each choice says what it means."""

    own_class = forms.ChoiceField(
        label=gettext_lazy("教職員が、担当の学級・グループに送るとき"),
        widget=forms.RadioSelect,
        choices=[
            ("free", gettext_lazy("承認なしで送れる（毎日の連絡が早くなります）")),
            ("approve", gettext_lazy("管理職の承認が必要（すべてのお知らせを管理職が見ます）")),
        ],
        help_text=gettext_lazy("担当していない学級や、学年・学校全体へは、いつも承認が必要です。"),
    )
    decider = forms.ChoiceField(
        label=gettext_lazy("管理職が送るとき"),
        widget=forms.RadioSelect,
        choices=[
            ("alone", gettext_lazy("1人で送れる")),
            ("second", gettext_lazy("もう1人の承認が必要")),
        ],
        help_text=gettext_lazy(
            "緊急のお知らせは、どちらでも1人ですぐに送れます。ほかの人にはメールで知らせます。"
        ),
    )
    undo_seconds = forms.IntegerField(
        label=gettext_lazy("送信を取り消せる時間"),
        min_value=0,
        max_value=MOST_UNDO,
        help_text=gettext_lazy(
            "送信のボタンを押してから、この時間だけ待って送ります。0から600秒まで。0にすると、すぐに送り、取り消せません。"
            "緊急のお知らせは、いつもすぐに送ります。"
        ),
    )

    def __init__(self, *args: Any, school: School | None, **kwargs: Any) -> None:
        """`school` None: of the board, which has no classes."""
        super().__init__(*args, **kwargs)
        if school is None:
            del self.fields["own_class"]
            self.fields["decider"].label = _("教育委員会の担当者が送るとき")

    def rules(self) -> rules.Rules:
        """Return the rules as chosen."""
        data = self.cleaned_data
        return rules.Rules(
            own_class=SendingRules.OwnClass(data.get("own_class", "free")),
            decider=SendingRules.Decider(data["decider"]),
            undo_seconds=data["undo_seconds"],
        )


@staff
def sending_rules(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """The rules of a school: by its managers."""
    access = access_of(request)
    school = open_school(access, school_id)
    manager_only(access, school.id)
    return _page(request, school)


@staff
def board_rules(request: HttpRequest) -> HttpResponse:
    """The rules of the board: by its officers."""
    if not access_of(request).is_board:
        raise Http404
    return _page(request, None)


def _page(request: HttpRequest, school: School | None) -> HttpResponse:
    kept = rules.rules_of(school)
    initial = {
        "own_class": kept.own_class.value,
        "decider": kept.decider.value,
        "undo_seconds": kept.undo_seconds,
    }
    form = RulesForm(request.POST or None, school=school, initial=initial)
    back_url = address("console:settings", school) if school else reverse("console:settings")
    if request.method == "POST" and form.is_valid():
        rules.keep(access_of(request), school, form.rules())
        notices.success(request, _("送信のきまりを保存しました。これから送るお知らせに使います。"))
        return redirect(back_url)
    context = {"nav_current": "settings", "school": school, "form": form, "back_url": back_url}
    return render(request, "console/sending_rules.html", context)
