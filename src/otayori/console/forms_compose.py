"""The form of the compose page: what was typed and ticked, however incomplete."""

import unicodedata
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

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
        }
    )


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
    }[lack]


def _too_long(name: str, length: int, most: int) -> str:
    return _("%(name)sは%(most)s文字までです。%(over)s文字減らしてください。") % {
        "name": name,
        "most": f"{most:,}",
        "over": f"{max(0, length - most):,}",
    }
