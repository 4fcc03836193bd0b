"""The forms of templates: the slots to fill, and the template itself with a line for each slot."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otayori.core import clock
from otayori.delivery.parcel import Urgency
from otayori.messaging import slots
from otayori.messaging.models import MOST_TEXT, MOST_TITLE, URGENCY_CHOICES, Category
from otayori.messaging.slots import MOST_SLOTS, Slot, Value
from otayori.messaging.templates import MOST_NAME, Told

_INPUTS = {"date": "date", "time": "time"}
TYPES = [
    ("text", gettext_lazy("言葉")),
    ("place", gettext_lazy("場所")),
    ("date", gettext_lazy("日付")),
    ("time", gettext_lazy("時刻")),
    ("number", gettext_lazy("数")),
    ("choice", gettext_lazy("選択肢から")),
    ("class", gettext_lazy("学級")),
]
CLASSROOMS = "classrooms"  # the id of the page's <datalist>


class SlotsForm(forms.Form):
    """One field for each slot. May stay incomplete: what is missing stays visible in the text."""

    use_required_attribute = False

    def __init__(self, wanted: list[Slot], data: Mapping[str, str] | None = None) -> None:
        now = clock.now().astimezone(clock.TOKYO)
        self.slots = wanted
        begin = {f"slot-{place}": slot.begin(now) for place, slot in enumerate(wanted)}
        posted = data is not None and any(name in data for name in begin)
        super().__init__(data if posted else begin)
        for place, slot in enumerate(wanted):
            self.fields[f"slot-{place}"] = _field(slot)

    def clean(self) -> dict[str, Any]:
        """Say where what was typed is no date, no time, no number."""
        for place, slot in enumerate(self.slots):
            try:
                slot.read(self.cleaned_data.get(f"slot-{place}", ""))
            except ValueError:
                self.add_error(f"slot-{place}", _("%(name)sを確かめてください。") % {"name": slot.name})
        return self.cleaned_data

    def values(self) -> dict[str, Value]:
        """Return what can be filled in."""
        self.is_valid()
        typed = {slot.key: self.data.get(f"slot-{place}", "") for place, slot in enumerate(self.slots)}
        return slots.values(self.slots, typed)


def _field(slot: Slot) -> forms.Field:
    """A field that script can read too: it fills the text while one types."""
    marks: dict[str, Any] = {"data-slot": slot.key, "data-slot-type": slot.type, "autocomplete": "off"}
    if not slot.required:
        marks["data-slot-optional"] = ""
    label = slot.name if slot.required else _("%(name)s（なければ空のまま）") % {"name": slot.name}
    if slot.type == "choice":
        options = [("", _("選んでください")), *((option, option) for option in slot.options)]
        return forms.ChoiceField(
            label=label, choices=options, required=False, widget=forms.Select(attrs=marks)
        )
    if slot.type == "class":
        marks["list"] = CLASSROOMS
    if slot.type == "number":
        marks["inputmode"] = "numeric"
    widget = forms.TextInput(attrs=marks)
    widget.input_type = _INPUTS.get(slot.type, "text")
    return forms.CharField(label=label, required=False, max_length=slots.MOST_VALUE, widget=widget)


class SlotForm(forms.Form):
    """One line of the table of slots: what a slot of the text takes."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=slots.MOST_KEY)
    type = forms.ChoiceField(label=gettext_lazy("入れるもの"), choices=TYPES)
    label = forms.CharField(label=gettext_lazy("入力欄の見出し"), required=False, max_length=40)
    options = forms.CharField(
        label=gettext_lazy("選択肢（1行に1つ）"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    default = forms.CharField(label=gettext_lazy("はじめの値"), required=False, max_length=slots.MOST_VALUE)
    required = forms.BooleanField(label=gettext_lazy("必ず入れる"), required=False)

    def slot(self) -> Slot:
        """Return the slot. Raises pydantic's ValidationError, a ValueError, for what makes no sense."""
        told = dict(self.cleaned_data)
        kept = tuple(line.strip() for line in told.pop("options").splitlines() if line.strip())
        told["default"] = _DEFAULT_WORDS.get(told["default"], told["default"])
        return Slot(options=kept if told["type"] == "choice" else (), **told)

    def clean(self) -> dict[str, Any]:
        """Say what makes no sense: a choice without options, a default that is no time."""
        if not self.errors:
            try:
                self.slot()
            except ValueError:
                is_bare = self.cleaned_data["type"] == "choice" and not self.cleaned_data["options"].strip()
                name = "options" if is_bare else "default"
                self.add_error(
                    name, _("選択肢を入れてください。") if is_bare else _("はじめの値を確かめてください。")
                )
        return self.cleaned_data


_DEFAULT_WORDS = {"いま": "now", "今": "now", "今日": "today", "明日": "tomorrow"}
_WORDS_OF_DEFAULT = {"now": "いま", "today": "今日", "tomorrow": "明日"}


def _typed_in(slot: Slot, prefix: str) -> dict[str, str]:
    """Return a slot as its line would post it."""
    typed = {
        "key": slot.key,
        "type": slot.type,
        "label": slot.label,
        "options": "\n".join(slot.options),
        "default": _WORDS_OF_DEFAULT.get(slot.default, slot.default),
    }
    if slot.required:
        typed["required"] = "on"
    return {f"{prefix}-{name}": value for name, value in typed.items()}


class TemplateForm(forms.Form):
    """A template. The lines of its slots follow from its text: `lines`."""

    use_required_attribute = False  # reading the slots from a text that is half written must work

    name = forms.CharField(
        label=gettext_lazy("名前"),
        help_text=gettext_lazy("ボタンに出ます。短く、何のときに使うかが分かる名前にしてください。"),
        max_length=MOST_NAME,
    )
    urgency = forms.ChoiceField(label=gettext_lazy("緊急度"), choices=URGENCY_CHOICES)
    category = forms.ChoiceField(label=gettext_lazy("種類"), choices=Category.choices)
    title = forms.CharField(label=gettext_lazy("題名"), max_length=MOST_TITLE)
    text = forms.CharField(
        label=gettext_lazy("本文"),
        help_text=gettext_lazy(
            "使うときに入れるところは、｛時刻｝｛場所｝のように全角の波かっこで囲みます。"
        ),
        max_length=MOST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14}),
    )

    def __init__(self, data: Mapping[str, str], known: list[Slot] | None = None) -> None:
        super().__init__(data)
        self.lines = self._lines({slot.key: slot for slot in known or []})

    def _lines(self, known: dict[str, Slot]) -> list[SlotForm]:
        """A line for each slot of the text: as posted, else as kept, else guessed."""
        posted = {self.data.get(f"slot-{n}-key"): f"slot-{n}" for n in range(MOST_SLOTS)}
        written = f"{self.data.get('title', '')}\n{self.data.get('text', '')}"
        lines = []
        for place, key in enumerate(slots.unfilled(written)[:MOST_SLOTS]):
            prefix = f"slot-{place}"
            if key in posted:
                line = {
                    f"{prefix}-{name}": self.data[f"{posted[key]}-{name}"]
                    for name in SlotForm.base_fields
                    if f"{posted[key]}-{name}" in self.data
                }
            else:
                line = _typed_in(known.get(key) or slots.guess(key), prefix)
            lines.append(SlotForm(line, prefix=prefix))
        return lines

    def is_valid(self) -> bool:
        """Check the lines too."""
        return all([super().is_valid(), *(line.is_valid() for line in self.lines)])

    def slots(self) -> list[Slot]:
        """Return the slots of the lines that make sense."""
        return [line.slot() for line in self.lines if line.is_valid()]

    def told(self) -> Told:
        """Return the template that was typed."""
        data = self.cleaned_data
        return Told(
            name=data["name"],
            title=data["title"],
            text=data["text"].replace("\r\n", "\n").strip("\n"),
            urgency=Urgency(data["urgency"]),
            category=Category(data["category"]),
            slots=self.slots(),
        )


def typed_in(told: Told) -> dict[str, str]:
    """Return a template as its page would post it, without the lines of its slots."""
    return {
        "name": told.name,
        "title": told.title,
        "text": told.text,
        "urgency": told.urgency.value,
        "category": told.category,
    }
