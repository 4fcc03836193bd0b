"""Forms of what comes after sending: the words of a correction, the reason of a recall."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otayori.messaging.compose import Missing
from otayori.messaging.correct import LEAST_NOTE, MOST_NOTE, Correction
from otayori.messaging.models import MOST_TEXT, MOST_TITLE, Message
from otayori.messaging.recall import LEAST_REASON, MOST_REASON


def suggested_reasons() -> list[str]:
    """The reasons that fit most recalls, as guardians read them."""
    return [_("宛先の誤り"), _("内容の誤り"), _("添付ファイルの誤り")]


class RecallForm(forms.Form):
    """Why a message is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("取り消す理由"),
        help_text=gettext_lazy("保護者に、そのまま表示します。名前などの個人情報は書かないでください。"),
        min_length=LEAST_REASON,
        max_length=MOST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("取り消す理由を選ぶか、書いてください。"),
            "min_length": gettext_lazy("取り消す理由を5文字以上で書いてください。"),
        },
    )


class CorrectForm(forms.Form):
    """The words as they should have been, and what was wrong."""

    title = forms.CharField(
        label=gettext_lazy("題名"),
        max_length=MOST_TITLE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("題名を入力してください。")},
    )
    text = forms.CharField(
        label=gettext_lazy("本文"),
        max_length=MOST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": gettext_lazy("本文を入力してください。")},
    )
    note = forms.CharField(
        label=gettext_lazy("何を訂正したか"),
        help_text=gettext_lazy("保護者に、本文の前に表示します。例：集合時刻に誤りがありました。"),
        min_length=LEAST_NOTE,
        max_length=MOST_NOTE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("何を訂正したかを入力してください。"),
            "min_length": gettext_lazy("何を訂正したかを5文字以上で書いてください。"),
        },
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, message: Message) -> "CorrectForm":
        """The form with what the message says now."""
        return cls(initial={"title": message.title, "text": message.text, "seen": message.version})

    def words(self) -> Correction:
        """Return what was typed, as it will be kept."""
        data: dict[str, Any] = self.cleaned_data
        return Correction(data["title"], data["text"], data["note"]).tidied()

    def refuse(self, lacks: list[Missing]) -> None:
        """Show at the fields what keeps the correction from being sent."""
        for lack in lacks:
            is_title = lack in (Missing.TITLE, Missing.TITLE_LONG)
            self.add_error("title" if is_title else "text", _("入力し直してください。"))
