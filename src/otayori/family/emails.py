"""The guardian's e-mail addresses: which there are and how they stand, and adding one with a code."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from otayori.accounts import codes, limit
from otayori.accounts.interrupted import keeps_typing
from otayori.accounts.reset import WHY_NOT
from otayori.core import mail
from otayori.delivery import endpoints
from otayori.delivery.models import ChannelName, Endpoint
from otayori.family import notices, pending
from otayori.family.bounced import Why, why
from otayori.family.join.forms import AddressForm, CodeForm
from otayori.roster.access import guardian, guardian_of
from otayori.roster.models import Guardian

_SLOT = "new address"
_PURPOSE = "address"


@dataclass(frozen=True, slots=True)
class Line:
    """One address in the list, and why nothing reaches it where that is so."""

    way: Endpoint
    why: Why | None


@keeps_typing
@guardian
def add_email(request: HttpRequest) -> HttpResponse:
    """The addresses; below, ask for another and mail it a code."""
    form = AddressForm(request.POST or None, initial=pending.typed_before(request))
    if request.method == "POST" and form.is_valid() and _send_code(request, form):
        return redirect("family:confirm_email")
    context = {"form": form, "lines": _lines(guardian_of(request)), "sender": mail.sender_address()}
    context |= pending.owner(request) | {"nav_current": "settings"}
    return render(request, "family/emails.html", context)


@guardian
def confirm_email(request: HttpRequest) -> HttpResponse:
    """Take the code; a right one makes the address an endpoint."""
    email = pending.read(request, _SLOT)
    if not email:
        return redirect("family:add_email")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome = codes.check(request.session, _PURPOSE, email, form.cleaned_data["code"])
        if outcome is codes.Checked.RIGHT:
            return _add(request, email)
        form.add_error("code", WHY_NOT[outcome])
    context = {"form": form, "email": email, "sender": mail.sender_address(), "nav_current": "settings"}
    return render(request, "family/confirm_email.html", context)


def _lines(person: Guardian) -> list[Line]:
    mails = [way for way in endpoints.endpoints_of(person) if way.channel == ChannelName.EMAIL]
    return [Line(way, why(way.code) if way.state == Endpoint.State.DISABLED else None) for way in mails]


def _send_code(request: HttpRequest, form: AddressForm) -> bool:
    email = form.cleaned_data["email"]
    if limit.too_many_codes(request, email):
        form.add_error("email", _("コードを何度も送りました。1時間ほど待ってから、もう一度お試しください。"))
        return False
    try:
        if not codes.send(request.session, _PURPOSE, email):
            messages.info(request, _("コードは送ったばかりです。30秒ほど待って、もう一度押してください。"))
    except mail.MailNotSent:
        form.add_error("email", _("いま、メールを送れません。数分待ってから、もう一度お試しください。"))
        return False
    pending.keep(request, _SLOT, email)
    return True


def _add(request: HttpRequest, email: str) -> HttpResponse:
    pending.drop(request, _SLOT)
    person = guardian_of(request)
    try:
        endpoints.add_email(person, email)
    except endpoints.AddressTaken:
        messages.error(
            request,
            _("このメールアドレスは、ほかの方の通知先になっています。別のアドレスを入れてください。"),
        )
        return redirect("family:add_email")
    notices.address_added(person, email)
    messages.success(request, _("メールアドレスを追加しました。"))
    return redirect("family:add_email")
