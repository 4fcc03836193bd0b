"""What signing in does differently here than allauth does by itself."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from otayori.accounts.models import User
from otayori.core import mail


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No open sign-up; guardians come by their sheet, staff by their school."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, context)
        mail.send_now(message)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Passkeys and codes are shown under the ward's name."""

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
