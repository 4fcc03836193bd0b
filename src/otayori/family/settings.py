"""The guardian's settings: children, how they are reached, language, signing in."""

import base64
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from otayori.accounts import codes, limit
from otayori.accounts.reset import WHY_NOT
from otayori.core import crypto, mail
from otayori.delivery import endpoints
from otayori.delivery.models import ChannelName, Endpoint
from otayori.family.inbox import children_by_id
from otayori.family.join.forms import AddressForm, CodeForm
from otayori.roster.access import guardian, guardian_of

_ADDRESS = "new address"
_PURPOSE = "address"


@guardian
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """All on one page; a mail's "how to stop" leads to its part about mail."""
    person = guardian_of(request)
    ways = endpoints.endpoints_of(person)
    context = {
        "children": children_by_id(person).values(),
        "mails": [way for way in ways if way.channel == ChannelName.EMAIL],
        "devices": [way for way in ways if way.channel == ChannelName.WEBPUSH],
        "reached": any(way.state == Endpoint.State.ACTIVE for way in ways),
        "nav_current": "settings",
    }
    return render(request, "family/settings.html", context)


@guardian
def remove_endpoint(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Ask, then remove; where it is the last way to be reached, the page says what that means."""
    person = guardian_of(request)
    endpoint = endpoints.open_endpoint(person, endpoint_id)
    if request.method == "POST":
        endpoints.remove(person, endpoint_id)
        messages.success(request, _("通知先から外しました。"))
        return redirect("family:settings")
    last = endpoints.is_last_way(endpoint, endpoints.endpoints_of(person))
    context = {"endpoint": endpoint, "last": last, "nav_current": "settings"}
    return render(request, "family/remove_endpoint.html", context)


@guardian
def add_email(request: HttpRequest) -> HttpResponse:
    """Ask for another address and mail it a code."""
    form = AddressForm(request.POST or None, initial={"email": request.GET.get("email", "")})
    if request.method == "POST" and form.is_valid() and _send_code(request, form):
        return redirect("family:confirm_email")
    return render(request, "family/add_email.html", {"form": form, "nav_current": "settings"})


@guardian
def confirm_email(request: HttpRequest) -> HttpResponse:
    """Take the code; a right one makes the address an endpoint."""
    if _ADDRESS not in request.session:
        return redirect("family:add_email")
    email = _unseal(request, request.session[_ADDRESS])
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome = codes.check(request.session, _PURPOSE, email, form.cleaned_data["code"])
        if outcome is codes.Checked.RIGHT:
            return _add(request, email)
        form.add_error("code", WHY_NOT[outcome])
    context = {"form": form, "email": email, "sender": mail.sender_address(), "nav_current": "settings"}
    return render(request, "family/confirm_email.html", context)


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
    request.session[_ADDRESS] = _seal(request, email)
    return True


def _seal(request: HttpRequest, email: str) -> str:
    """Addresses do not lie open in the session table."""
    return base64.b64encode(crypto.seal(crypto.WARD, email, _place(request))).decode()


def _unseal(request: HttpRequest, sealed: str) -> str:
    return crypto.unseal(crypto.WARD, base64.b64decode(sealed), _place(request))


def _place(request: HttpRequest) -> str:
    return f"session.address.{guardian_of(request).id}"


def _add(request: HttpRequest, email: str) -> HttpResponse:
    del request.session[_ADDRESS]
    try:
        endpoints.add_email(guardian_of(request), email)
    except endpoints.AddressTaken:
        messages.error(
            request,
            _("このメールアドレスは、ほかの方の通知先になっています。別のアドレスを入れてください。"),
        )
        return redirect("family:add_email")
    messages.success(request, _("メールアドレスを追加しました。"))
    return redirect("family:settings")
