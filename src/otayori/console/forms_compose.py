"""The form of the compose page: what was typed and ticked, however incomplete."""

import unicodedata
from datetime import datetime
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from otayori.core.clock import TOKYO
from otayori.delivery.parcel import Urgency
from otayori.messaging.audience import Audience, Target
from otayori.messaging.compose import Missing, Words, audience_of
from otayori.messaging.models import MOST_TEXT, MOST_TITLE, URGENCY_CHOICES, Category, Message
from otayori.messaging.targets import Choices

_TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
ALL_OF_KIND = "kind:"  # "kind:elementary": every elementary school, for the board


class TargetsField(forms.Field):
    """Ticked targets by their keys. What no key is was not made by our page, and is passed over."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: list[str] | None) -> list[Target]:
        found = []
        for key in value or []:
            try:
                found.append(Target.from_key(key))
            except ValidationError:
                continue
        return list(dict.fromkeys(found))


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
    title = forms.CharField(label=gettext_lazy("題名"), widget=forms.TextInput(attrs={"autocomplete": "off"}))
    text = forms.CharField(label=gettext_lazy("本文"), widget=forms.Textarea(attrs={"rows": 12}), strip=False)
    urgency = forms.ChoiceField(
        label=gettext_lazy("緊急度"), choices=URGENCY_CHOICES, widget=forms.RadioSelect
    )
    category = forms.ChoiceField(label=gettext_lazy("種類"), choices=Category.choices)
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
        typed = data.copy()
        typed.setlist("to", _without_kinds(data.getlist("to"), choices))
        typed.setdefault("urgency", Urgency.NORMAL.value)
        typed.setdefault("category", Category.SCHOOL_LIFE.value)
        super().__init__(typed)

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

    @property
    def ticked(self) -> set[str]:
        """The keys of the ticked targets."""
        return set(self.data.getlist("to")) if isinstance(self.data, MultiValueDict) else set()

    def words(self, kept: Audience | None = None) -> Words:
        """Return what was typed; exclusions of `kept`, which this page does not show, stay."""
        data = self.cleaned_data
        exclude = kept.exclude if kept else ()
        return Words(
            title=data["title"],
            text=data["text"],
            urgency=Urgency(data["urgency"]),
            category=Category(data["category"]),
            audience=Audience(include=tuple(data["to"]), exclude=exclude),
            release_at=data["release_at"],
            deliver_before=data["deliver_before"],
        )

    def refuse(self, lacks: list[Missing]) -> None:
        """Show what keeps the draft from being sent, at the fields."""
        refusals = [_refusal(lack, self.cleaned_data) for lack in lacks]
        for name, sentence in sorted(refusals, key=lambda one: list(self.fields).index(one[0])):
            self.add_error(name, sentence)


def typed_in(message: Message) -> MultiValueDict[str, str]:
    """Return a draft as the page would post it."""
    return MultiValueDict(
        {
            "title": [message.title],
            "text": [message.text],
            "urgency": [message.urgency],
            "category": [message.category],
            "to": [target.key for target in audience_of(message).include],
            **_typed_moment("release_at", message.release_at),
            **_typed_moment("deliver_before", message.deliver_before),
        }
    )


def _typed_moment(name: str, moment: datetime | None) -> dict[str, list[str]]:
    if moment is None:
        return {}
    local = moment.astimezone(TOKYO)
    return {f"{name}_0": [f"{local:%Y-%m-%d}"], f"{name}_1": [f"{local:%H:%M}"]}


def _without_kinds(keys: list[str], choices: Choices) -> list[str]:
    """Put the schools of a kind in the place of "all of this kind"; it works without script so."""
    kinds = {key.removeprefix(ALL_OF_KIND) for key in keys if key.startswith(ALL_OF_KIND)}
    schools = [Target(kind="school", id=s.id).key for s in choices.schools if s.kind in kinds]
    return list(dict.fromkeys([*(key for key in keys if not key.startswith(ALL_OF_KIND)), *schools]))


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
