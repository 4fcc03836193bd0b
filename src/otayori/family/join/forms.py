"""What is typed on the way to joining. Every field keeps what was typed."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otayori.accounts import codes
from otayori.accounts.models import User
from otayori.family.addresses import BadAddress, OddDots, suggest, tidy
from otayori.roster.models import Relation

_PRINTED = {
    "autocomplete": "off",
    "autocapitalize": "characters",
    "autocorrect": "off",
    "spellcheck": "false",
    "class": "code",
}


CODE_DIGITS = 6


class SheetForm(forms.Form):
    """What a guardian types who can't scan."""

    school_number = forms.CharField(
        label=gettext_lazy("学校ID"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "code", "enterkeyhint": "next"}
        ),
    )
    code = forms.CharField(
        label=gettext_lazy("登録コード"),
        help_text=gettext_lazy("英数字8文字。「-」は入れなくてもかまいません。"),
        max_length=40,
        widget=forms.TextInput(attrs=_PRINTED | {"enterkeyhint": "go"}),
    )


class PasswordForm(forms.Form):
    """The password of the sheet. Shown as typed: it is copied from paper, and printed there anyway."""

    password = forms.CharField(
        label=gettext_lazy("登録手順書のパスワード"),
        help_text=gettext_lazy("大文字でも小文字でもかまいません。「-」は入れなくてもかまいません。"),
        max_length=40,
        widget=forms.TextInput(attrs=_PRINTED | {"enterkeyhint": "go", "autofocus": True}),
    )


class AddressForm(forms.Form):
    """An e-mail address, with a question where its domain looks like a slip."""

    email = forms.CharField(
        label=gettext_lazy("メールアドレス"),
        help_text=gettext_lazy("確認コードを送ります。学校からのお知らせも、このアドレスに届きます。"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={
                "autocomplete": "email",
                "inputmode": "email",
                "autocapitalize": "none",
                "enterkeyhint": "next",
            }
        ),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        """`email_choice` in the data is the address that the guardian settled on when asked."""
        self.suggestion: str | None = None
        self.settled = bool(data and data.get("email_choice"))
        if self.settled:
            data = data.copy()
            data["email"] = data["email_choice"]
        super().__init__(data, **kwargs)

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"]
        try:
            address = tidy(typed)
        except OddDots:
            raise forms.ValidationError(
                _("「@」の前の「.」が続いているか、端にあります。打ちまちがいではないか、確かめてください。")
            ) from None
        except BadAddress:
            raise forms.ValidationError(
                _("メールアドレスの形ではないようです。例: hanako@docomo.ne.jp")
            ) from None
        self.suggestion = None if self.settled else suggest(address)
        if self.suggestion:
            domain = self.suggestion.rpartition("@")[2]
            raise forms.ValidationError(
                _("「%(domain)s」のことですか。正しいほうを選んでください。") % {"domain": domain}
            )
        return address


class AccountForm(AddressForm):
    """The guardian's account."""

    field_order = ("name", "relation", "email", "password")  # as on the page, for the summary of errors

    name = forms.CharField(
        label=gettext_lazy("保護者のお名前"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name", "enterkeyhint": "next", "autofocus": True}),
    )
    relation = forms.ChoiceField(
        label=gettext_lazy("お子さまとの続柄"), choices=Relation.choices, widget=forms.RadioSelect
    )
    password = forms.CharField(
        label=gettext_lazy("これから使うパスワード"),
        help_text=gettext_lazy(
            "自分で決めてください。12文字以上です。好きな言葉を3つならべると、覚えやすく安全です。"
        ),
        max_length=200,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "new-password", "enterkeyhint": "go"}, render_value=True
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "password" in cleaned:
            person = User(name=cleaned.get("name", ""), email=cleaned.get("email", ""))
            try:
                password_validation.validate_password(cleaned["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class CodeForm(forms.Form):
    """The code that came by mail. May be pasted with what stands around it, in any kind of digits."""

    code = forms.CharField(
        label=gettext_lazy("確認コード（6桁の数字）"),
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": "code",
                "enterkeyhint": "go",
                "autofocus": True,
            }
        ),
    )

    def clean_code(self) -> str:
        digits = codes.digits(self.cleaned_data["code"])
        if len(digits) != CODE_DIGITS:
            raise forms.ValidationError(_("メールに書かれた6桁の数字を入力してください。"))
        return digits
