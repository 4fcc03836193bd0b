"""What signing in does differently here than allauth does by itself."""

import contextlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from otayori.accounts.models import User
from otayori.core import crypto, mail
from otayori.core.devices import device_name


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No open sign-up; guardians come by their sheet, staff by their school."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count wrong passwords by account and place: nobody elsewhere can lock a teacher out (design 8)."""
        account = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{account}:{self.get_client_ip(request)}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, context)
        mail.send_now(message)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Take the address out of allauth's notes on who signed in how: the session table lies open."""
        for note in request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, []):
            note.pop("email", None)
        return super().pre_login(request, user, **kwargs)  # type: ignore[no-any-return]

    def get_login_stages(self) -> list[str]:
        """Ask guardians for a second factor only where they set one up: a passkey is another way in."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "otayori.accounts.passkeys.SecondFactorStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """The ways to prove again who one is, in our words."""
        words = {
            "reauthenticate": _("パスワードで確かめる"),
            "mfa_reauthenticate": _("認証アプリか回復コードで確かめる"),
            "mfa_reauthenticate:webauthn": _("指紋や顔（パスキー）で確かめる"),
        }
        found = super().get_reauthentication_methods(user)
        return [way | {"description": words.get(way["id"], way["description"])} for way in found]

    def reauthenticate(self, user: User, password: str) -> bool:
        """Ask for the password again before something dangerous; the address comes from the account."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Warn of a changed password or a new authenticator; that it can't be sent stops nothing."""
        with contextlib.suppress(mail.MailNotSent):
            super().send_notification_mail(template_prefix, user, context, email or user.email)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Passkeys and codes are shown under the ward's name."""

    def encrypt(self, text: str) -> str:
        """Seal the secret of an authenticator; a copy of the database does not make codes."""
        return crypto.seal(crypto.WARD, text, "mfa").hex()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.unseal(crypto.WARD, bytes.fromhex(encrypted_text), "mfa")

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 - allauth's name
        """Name a passkey after the device it was made on."""
        return device_name(context.request.headers.get("User-Agent", ""))

    def get_totp_issuer(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)

    def get_totp_label(self, user: User) -> str:
        return str(user.email)


def client_address(request: HttpRequest) -> str:
    """Return the address a request came from, past as many proxies of ours as the settings name."""
    trusted = settings.OTAYORI_TRUSTED_PROXY
    passed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if trusted and len(passed) >= trusted:
        return passed[-trusted]
    return str(request.META.get("REMOTE_ADDR") or "unknown")
