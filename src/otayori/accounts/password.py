"""Passwords changed and asked for again: allauth's forms in our words, which it lacks in some languages."""

from typing import Any

from allauth.account import forms
from django.forms import BaseForm
from django.utils.translation import gettext as _


class ChangePasswordForm(forms.ChangePasswordForm):  # type: ignore[misc]
    """The password until now, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("いまのパスワード")
        self.fields["oldpassword"].help_text = ""  # the page says it: theirs is markup
        self.fields["password1"].label = _("新しいパスワード")
        self.fields["password1"].help_text = _("12文字以上。長い言葉をつなげると覚えやすくなります。")
        self.fields["password2"].label = _("新しいパスワード（もう一度）")
        _say_once(self)


class ReauthenticateForm(forms.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("パスワード")
        self.fields["password"].help_text = ""
        _say_once(self)


def _say_once(form: BaseForm) -> None:
    """Take out the placeholders, which repeat the labels."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
