"""The address for signing in: a new one is proven by its code, and who asks by the old address or a password.

Whether an address is somebody else's is never told here: its owner gets a mail, and no code is ever right.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otayori.accounts import codes, limit, sessions
from otayori.accounts.interrupted import keeps_typing
from otayori.accounts.models import User
from otayori.accounts.reset import WHY_NOT
from otayori.core import mail
from otayori.delivery import change_address
from otayori.family import notices, pending
from otayori.family.join.forms import AddressForm, CodeForm
from otayori.roster.access import guardian, guardian_of

_SLOT, _PROVEN = "sign-in address", "sign-in address proven"
_NEW, _OLD = "sign-in new", "sign-in old"


class NewAddressForm(AddressForm):
    """The address to sign in with from now on."""

    def __init__(self, *args: Any, current: str, **kwargs: Any) -> None:
        """`current` is the one used until now."""
        self.current = current
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("新しいメールアドレス")
        self.fields["email"].help_text = _(
            "確認コードを送ります。学校からのお知らせも、このアドレスに届きます。"
        )

    def clean_email(self) -> str:
        email = super().clean_email()
        if email.casefold() == self.current.casefold():
            raise forms.ValidationError(_("いまのアドレスと同じです。新しいアドレスを入れてください。"))
        return email


class KeepOldForm(forms.Form):
    """What becomes of the address used until now."""

    old = forms.ChoiceField(
        label=gettext_lazy("前のアドレスへのお知らせ"),
        choices=[("keep", gettext_lazy("これからも送る")), ("stop", gettext_lazy("もう送らない"))],
        initial="keep",
        widget=forms.RadioSelect,
    )


class OldCodeForm(KeepOldForm, CodeForm):
    """The code that came to the old address."""

    field_order = ("code", "old")


@keeps_typing
@guardian
def address(request: HttpRequest) -> HttpResponse:
    """Show the address, ask for another and mail it a code."""
    current = guardian_of(request).user.email
    form = NewAddressForm(request.POST or None, current=current, initial=pending.typed_before(request))
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        problem = _send(request, _NEW, email)
        if not problem:
            pending.keep(request, _SLOT, email)
            pending.drop(request, _PROVEN)
            return redirect("family:account_code")
        form.add_error("email", problem)
    context = {"form": form, "current": current, "step": 1} | pending.owner(request)
    return _page(request, "sign_in_address", context)


@guardian
def new_code(request: HttpRequest) -> HttpResponse:
    """Take the code that came to the new address."""
    email = pending.read(request, _SLOT)
    if not email:
        return redirect("family:account")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome = codes.check(request.session, _NEW, email, form.cleaned_data["code"])
        if outcome is codes.Checked.RIGHT:
            pending.keep(request, _PROVEN, email)
            return redirect("family:account_proof")
        form.add_error("code", WHY_NOT[outcome])
    context = {"form": form, "email": email, "sender": mail.sender_address(), "step": 2}
    return _page(request, "sign_in_code", context)


@guardian
def old_proof(request: HttpRequest) -> HttpResponse:
    """Take the code that came to the old address, or a password given just now; then change it."""
    new = pending.read(request, _PROVEN)
    if not new:
        return redirect("family:account")
    old = guardian_of(request).user.email
    recently = sessions.proved_just_now(request)
    wants_code = request.method == "POST" and "send" in request.POST
    if wants_code:
        return _send_to_old(request, old)
    made = KeepOldForm if recently else OldCodeForm
    form = made(request.POST or None)
    if request.method == "POST" and form.is_valid():
        problem = "" if recently else _wrong(request, old, form.cleaned_data["code"])
        if not problem:
            return _change(request, new, old, keep_old=form.cleaned_data["old"] == "keep")
        form.add_error("code", problem)
    context = {"form": form, "old": old, "new": new, "recently": recently, "step": 3}
    return _page(request, "sign_in_proof", context | {"sender": mail.sender_address()})


def _page(request: HttpRequest, name: str, context: dict[str, object]) -> HttpResponse:
    return render(request, f"family/{name}.html", context | {"nav_current": "settings"})


def _send(request: HttpRequest, purpose: str, email: str) -> str:
    """Mail a code, or to somebody else's address a warning; return what hinders it, or ""."""
    if limit.too_many_codes(request, email):
        return _("コードを何度も送りました。1時間ほど待ってから、もう一度お試しください。")
    holder = User.objects.by_email(email)
    try:
        if holder is None or holder == request.user:
            codes.send(request.session, purpose, email)
        elif codes.pretend(request.session, purpose, email):
            notices.somebody_tried(holder)
    except mail.MailNotSent:
        return _("いま、メールを送れません。数分待ってから、もう一度お試しください。")
    return ""


def _send_to_old(request: HttpRequest, old: str) -> HttpResponse:
    if problem := _send(request, _OLD, old):
        messages.error(request, problem)
    else:
        messages.success(request, _("前のアドレスに、6桁の数字を送りました。"))
    return redirect("family:account_proof")


def _wrong(request: HttpRequest, old: str, typed: str) -> str:
    outcome = codes.check(request.session, _OLD, old, typed)
    return "" if outcome is codes.Checked.RIGHT else str(WHY_NOT[outcome])


def _change(request: HttpRequest, new: str, old: str, *, keep_old: bool) -> HttpResponse:
    person = guardian_of(request)
    try:
        change_address.change(person, new, keep_old=keep_old)
    except change_address.AddressInUse:  # since its code was sent
        messages.error(request, _("このアドレスは使えませんでした。別のアドレスを入れてください。"))
        return redirect("family:account")
    pending.drop(request, _SLOT)
    pending.drop(request, _PROVEN)
    sessions.end_others(request)
    notices.sign_in_changed(person, old)
    messages.success(
        request,
        _("ログインに使うメールアドレスを変えました。次からは、新しいアドレスでログインしてください。"),
    )
    return redirect("family:account")
