"""Made-up forms, rows and pages that `/styleguide` shows the components with."""

from datetime import timedelta
from typing import Any

from django import forms, template
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext_lazy as _

from otayori.core.clock import now

register = template.Library()


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(
        label=_("題名"),
        help_text=_("40文字までで、何の連絡か分かるように書いてください。"),
        error_messages={"required": _("題名を入力してください。")},
    )
    text = forms.CharField(label=_("本文"), required=False, widget=forms.Textarea)
    school = forms.ChoiceField(
        label=_("学校・園"), choices=[("1", _("桜小学校")), ("2", _("柏中学校"))], required=False
    )
    student = forms.CharField(
        label=_("児童・生徒を探す"),
        required=False,
        widget=forms.TextInput(attrs={"list": "sample-students", "autocomplete": "off"}),
    )
    urgency = forms.ChoiceField(
        label=_("緊急度"),
        widget=forms.RadioSelect,
        choices=[
            ("normal", _("通常")),
            ("important", _("重要")),
            ("emergency", _("緊急（夜間でもすぐに届きます）")),
        ],
        error_messages={"required": _("緊急度を選んでください。")},
    )
    grades = forms.MultipleChoiceField(
        label=_("学年"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("P1", _("1年")), ("P2", _("2年")), ("P3", _("3年"))],
    )
    day = forms.DateField(label=_("日付"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    time = forms.TimeField(label=_("時刻"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    number = forms.IntegerField(label=_("人数"), required=False)
    file = forms.FileField(
        label=_("名簿のファイル"),
        required=False,
        help_text=_("校務支援システムから出したCSVを選んでください。"),
    )
    consent = forms.BooleanField(label=_("添付ファイルの中身を確かめました"))


@register.simple_tag
def sample_form(*, refused: bool = False) -> SampleForm:
    """The form as it is first shown, or as it comes back with errors."""
    if refused:
        return SampleForm({"title": "", "text": "あしたの持ち物です。"}, prefix="refused")
    return SampleForm(initial={"text": "あしたの持ち物です。", "number": 74})


@register.simple_tag
def sample_page() -> Page[int]:
    """Page 3 of 12."""
    return Paginator(range(240), 20).page(3)


@register.simple_tag
def sample_moment(days: int = 0) -> Any:
    """This moment, some days from now."""
    return now() + timedelta(days=days)


@register.simple_tag
def sample_children(*marks: int) -> list[dict[str, Any]]:
    """Children of one family, each with the mark that is theirs."""
    names = ("金 ハナ さん", "金 ミンジュン さん", "金 ユナ さん")
    return [{"mark": mark, "name": names[mark % len(names)]} for mark in marks]


@register.filter
def sample_split(text: str) -> list[str]:
    """Sample titles, separated by |."""
    return text.split("|")
