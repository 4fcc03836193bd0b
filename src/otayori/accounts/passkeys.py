"""Passkeys (指紋や顔でログイン): for guardians a way in beside the password, for staff the second factor."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.http import HttpRequest
from django.urls import reverse

from otayori.accounts.access import access_of, member
from otayori.accounts.models import Membership, User


def is_second_factor(user: User) -> bool:
    """Tell whether the password alone does not let this person in.

    A guardian's passkey is another door, not a second lock on the first: who loses the phone with the passkey
    still comes in by password. One who has set up an authenticator app wanted the lock.
    """
    types = [Authenticator.Type.TOTP]
    if Membership.objects.filter(user=user).exists():
        types.append(Authenticator.Type.WEBAUTHN)
    return bool(is_mfa_enabled(user, types))


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]
    """allauth's question for the second factor, asked of who has one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return bool(super()._should_handle(request)) and is_second_factor(self.login.user)


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]
    """allauth's page; recovery codes are shown to those alone who will be asked for a second factor."""

    def get_success_url(self) -> str:
        if access_of(self.request).is_staff:
            return str(super().get_success_url())
        return reverse("mfa_list_webauthn")


_add: Any = AddPasskey.as_view()
add = member(_add)
