"""Offer a passkey right after the account is made: an iPhone's home-screen app asks to sign in again."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.internal import auth, flows
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from otayori.core.devices import device_name
from otayori.family.join.progress import has_joined
from otayori.roster.access import guardian


@guardian
def passkey(request: HttpRequest) -> HttpResponse:
    """Keep a passkey of who has just joined; later the account's own page asks for the password first."""
    if not has_joined(request):
        return redirect("mfa_add_webauthn")
    name = device_name(request.headers.get("User-Agent", ""))
    # the form looks at the challenge that was given out, so a new one only after it
    form = AddWebAuthnForm(request.POST or None, user=request.user, initial={"name": name})
    if request.method == "POST" and form.is_valid():
        kept = {"name": name, "credential": form.cleaned_data["credential"]}
        flows.signup_authenticator(request, user=request.user, **kept)
        return redirect("family:join_app")
    options = {"creation_options": auth.begin_registration(request.user, True)}
    return render(request, "family/join/passkey.html", {"form": form, "js_data": options})
