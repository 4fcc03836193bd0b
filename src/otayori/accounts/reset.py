"""Set a new password with a code by mail. The pages never tell whether an address has an account."""

import contextlib

from django import forms
from django.contrib import messages
from django.contrib.auth import password_validation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from otayori.accounts import codes, limit
from otayori.accounts.access import everyone
from otayori.accounts.models import User
from otayori.core import audit, crypto, mail

PURPOSE = "reset"
_ADDRESS = "reset address"

WHY_NOT = {
    codes.Checked.WRONG: _("コードが違います。メールに書かれた6桁の数字を入力してください。"),
    codes.Checked.EXPIRED: _("コードの期限が切れました。「コードをもう一度送る」を押してください。"),
    codes.Checked.USED_UP: _("まちがいが5回続きました。「コードをもう一度送る」を押してください。"),
}


class AskForm(forms.Form):
    """The address of the account."""

    email = forms.EmailField(
        label=_("メールアドレス"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


class RenewForm(forms.Form):
    """The code that came, and the new password."""

    code = forms.CharField(
        label=_("確認コード"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    password = forms.CharField(
        label=_("新しいパスワード"),
        help_text=_("12文字以上。長い言葉をつなげると覚えやすくなります。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )

    def clean_code(self) -> str:
        return codes.digits(self.cleaned_data["code"])

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password)
        return password


@everyone("who has lost the password can't sign in; the code proves the address")
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the address, mail a code."""
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if not limit.too_many_codes(request, email):
            request.session[_ADDRESS] = crypto.seal(crypto.WARD, email, _ADDRESS).hex()
            _send_code(request, email)
            return redirect("account_reset_password_code")
        form.add_error("email", _("コードを何度も送りました。1時間ほど待ってから、もう一度お試しください。"))
    return render(request, "account/reset_ask.html", {"form": form})


@everyone("who has lost the password can't sign in; the code proves the address")
def renew(request: HttpRequest) -> HttpResponse:
    """Take the code and the new password."""
    kept = request.session.get(_ADDRESS)
    if kept is None:
        return redirect("account_reset_password")
    email = crypto.unseal(crypto.WARD, bytes.fromhex(kept), _ADDRESS)
    form = RenewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome = codes.check(request.session, PURPOSE, email, form.cleaned_data["code"].strip())
        user = User.objects.by_email(email)
        if outcome is codes.Checked.RIGHT and user is not None:
            _set_password(user, form.cleaned_data["password"])
            del request.session[_ADDRESS]
            messages.success(request, _("パスワードを変えました。新しいパスワードでログインしてください。"))
            return redirect("account_login")
        form.add_error("code", WHY_NOT.get(outcome, WHY_NOT[codes.Checked.WRONG]))
    return render(request, "account/reset_renew.html", {"form": form, "email": email})


def _send_code(request: HttpRequest, email: str) -> None:
    """Mail a code to who has an account; with anybody else all goes on as if there were one."""
    with contextlib.suppress(mail.MailNotSent):
        if User.objects.by_email(email) is not None:
            codes.send(request.session, PURPOSE, email)
            return
    codes.pretend(request.session, PURPOSE, email)


def _set_password(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])  # sessions of other devices end with it (session auth hash)
    audit.record("password reset", actor_id=user.id, object_id=user.id)
