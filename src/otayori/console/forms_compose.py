"""The form of the compose page: what was typed and ticked, however incomplete."""

import unicodedata
from datetime import datetime
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otayori.console.target_keys import KeysField, TargetsField, narrowed, widened, without_kinds
from otayori.core.clock import TOKYO
from otayori.delivery.parcel import Urgency
from otayori.messaging.audience import Audience
from otayori.messaging.compose import Missing, Words, audience_of
from otayori.messaging.models import MOST_TEXT, MOST_TITLE, URGENCY_CHOICES, Category, Message
from otayori.messaging.targets import Choices

TO, NOT = "to", "not"  # whom it is for, and whom of these not: the names of the two lists of ticks
_TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


class MomentField(forms.SplitDateTimeField):
    """A day and a time of day in Tokyo, or nothing.

    Two controls: of one (`datetime-local`) a browser sends nothing while the time is missing, and a message
    meant for tomorrow would go at once.
    """

    def __init__(self, label: Any, help_text: Any) -> None:
        day: dict[str, Any] = {"type": "date", "aria-label": gettext_lazy("日付"), "max": "9999-12-31"}
        time: dict[str, Any] = {"type": "time", "aria-label": gettext_lazy("時刻")}
        widget = forms.SplitDateTimeWidget(
            date_format="%Y-%m-%d", time_format="%H:%M", date_attrs=day, time_attrs=time
        )
        errors = {
            "invalid": gettext_lazy("日付と時刻を確かめてください。"),
            "invalid_date": gettext_lazy("日付を入力してください。使わないときは、時刻も空にしてください。"),
            "invalid_time": gettext_lazy("時刻を入力してください。使わないときは、日付も空にしてください。"),
        }
        super().__init__(
            label=label, help_text=help_text, required=False, widget=widget, error_messages=errors
        )


class ComposeForm(forms.Form):
    """Always bound: a draft may lack anything. What keeps it from being sent comes by `refuse`."""

    use_required_attribute = False  # saving a draft must work with empty fields

    to = TargetsField(label=gettext_lazy("宛先"))
    only = KeysField(required=False)  # of the schools ticked in `to`, these grades alone
    title = forms.CharField(label=gettext_lazy("題名"), widget=forms.TextInput(attrs={"autocomplete": "off"}))
    text = forms.CharField(label=gettext_lazy("本文"), widget=forms.Textarea(attrs={"rows": 12}), strip=False)
    urgency = forms.ChoiceField(
        label=gettext_lazy("緊急度"), choices=URGENCY_CHOICES, widget=forms.RadioSelect
    )
    category = forms.ChoiceField(
        label=gettext_lazy("種類"), choices=Category.choices, widget=forms.RadioSelect
    )
    release_at = MomentField(
        gettext_lazy("送信する日時"),
        gettext_lazy("空のときは、確認のあとすぐに送ります。緊急のお知らせは予約できません。"),
    )
    deliver_before = MomentField(
        gettext_lazy("この時刻を過ぎたら届けない"),
        gettext_lazy(
            "過ぎると意味がなくなるお知らせ（朝の「今日は短縮授業です」など）に使います。この時刻までに送れなかった分は、あとから届くことはありません。"
        ),
    )

    def __init__(self, data: MultiValueDict[str, str], choices: Choices) -> None:
        self.choices = choices
        typed = data.copy()
        for name in (TO, NOT):
            typed.setlist(name, without_kinds(data.getlist(name), choices))
        typed.setdefault("urgency", Urgency.NORMAL.value)
        typed.setdefault("category", Category.SCHOOL_LIFE.value)
        super().__init__(typed)
        self.fields[NOT] = TargetsField(required=False, label=gettext_lazy("除く宛先"))

    def full_clean(self) -> None:
        """Check without "required": the fields say 必須 on the page, a draft needs none of them."""
        marked = [field for field in self.fields.values() if field.required]
        for field in marked:
            field.required = False
        super().full_clean()
        for field in marked:
            field.required = True

    def clean_title(self) -> str:
        """Drop what turns the writing direction: the title stands in the middle of our own sentences."""
        title: str = self.cleaned_data["title"]
        return "".join(c for c in title if unicodedata.bidirectional(c) not in _TURNS)

    @property
    def tells_times(self) -> bool:
        """Whether the times have to be seen: filled in, or wrong."""
        names = ("release_at", "deliver_before")
        return any(self[name].errors or any(self[name].value() or ()) for name in names)

    def ticked(self, name: str) -> set[str]:
        """The keys that are ticked in `to`, `not` or `only`."""
        return set(self.data.getlist(name)) if isinstance(self.data, MultiValueDict) else set()

    @property
    def audience(self) -> Audience:
        """The rule that is ticked."""
        chosen = self.cleaned_data.get(TO, [])
        include = narrowed(chosen, self.cleaned_data.get("only", []), self.choices)
        return Audience(include=tuple(include), exclude=tuple(self.cleaned_data.get(NOT, [])))

    def words(self, kept: Message | None = None) -> Words:
        """Return what was typed; a field that can't be read (half a date) stays as it is `kept`."""
        data = self.cleaned_data
        release_at, deliver_before = (kept.release_at, kept.deliver_before) if kept else (None, None)
        return Words(
            title=data.get("title", ""),
            text=data.get("text", ""),
            urgency=Urgency(data.get("urgency", Urgency.NORMAL)),
            category=Category(data.get("category", Category.SCHOOL_LIFE)),
            audience=self.audience,
            release_at=data.get("release_at", release_at),
            deliver_before=data.get("deliver_before", deliver_before),
        )

    def refuse(self, lacks: list[Missing]) -> None:
        """Show what keeps the draft from being sent, at the fields."""
        refusals = [_refusal(lack, self.cleaned_data) for lack in lacks]
        for name, sentence in sorted(refusals, key=lambda one: list(self.fields).index(one[0])):
            self.add_error(name, sentence)


def typed_in(message: Message, choices: Choices) -> MultiValueDict[str, str]:
    """Return a draft as the page would post it."""
    return MultiValueDict(
        {
            "title": [message.title],
            "text": [message.text],
            "urgency": [message.urgency],
            "category": [message.category],
            **ticks_of(audience_of(message), choices),
            **_typed_moment("release_at", message.release_at),
            **_typed_moment("deliver_before", message.deliver_before),
        }
    )


def ticks_of(audience: Audience, choices: Choices) -> dict[str, list[str]]:
    """Return a rule as the page would post it."""
    to, only = widened(audience, choices)
    return {TO: to, "only": only, NOT: [target.key for target in audience.exclude]}


def _typed_moment(name: str, moment: datetime | None) -> dict[str, list[str]]:
    if moment is None:
        return {}
    local = moment.astimezone(TOKYO)
    return {f"{name}_0": [f"{local:%Y-%m-%d}"], f"{name}_1": [f"{local:%H:%M}"]}


def _refusal(lack: Missing, data: dict[str, Any]) -> tuple[str, str]:
    title, text = len(data.get("title", "")), len(data.get("text", ""))
    return {
        Missing.TARGET: ("to", _("宛先を選んでください。")),
        Missing.NOBODY: (
            "to",
            _("選んだ宛先には、登録している保護者がいません。宛先を選び直すか、登録状況を確かめてください。"),
        ),
        Missing.TITLE: ("title", _("題名を入力してください。")),
        Missing.TITLE_LONG: ("title", _too_long(_("題名"), title, MOST_TITLE)),
        Missing.TEXT: ("text", _("本文を入力してください。")),
        Missing.TEXT_LONG: ("text", _too_long(_("本文"), text, MOST_TEXT)),
        Missing.SLOT: ("text", _("｛ ｝で囲まれたところが残っています。入れる言葉に置き換えてください。")),
        Missing.RELEASE_EMERGENCY: (
            "release_at",
            _("緊急のお知らせは予約できません。日付と時刻を空にすると、すぐに送ります。"),
        ),
        Missing.RELEASE_PAST: (
            "release_at",
            _("送信する日時が過ぎています。これからの日時にするか、空にしてすぐに送ってください。"),
        ),
        Missing.RELEASE_FAR: ("release_at", _("予約できるのは1年先までです。日付を確かめてください。")),
        Missing.DEADLINE_PAST: (
            "deliver_before",
            _("届ける期限が過ぎています。これからの日時にするか、空にしてください。"),
        ),
        Missing.DEADLINE_EARLY: (
            "deliver_before",
            _("届ける期限が、送信する日時より前になっています。送信する日時より後にしてください。"),
        ),
    }[lack]


def _too_long(name: str, length: int, most: int) -> str:
    return _("%(name)sは%(most)s文字までです。%(over)s文字減らしてください。") % {
        "name": name,
        "most": f"{most:,}",
        "over": f"{max(0, length - most):,}",
    }
