"""Check who signs in: the address is found by its keyed hash, since the address itself lies encrypted."""

from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from otayori.accounts.models import User
from otayori.core.prepared import Prepared

_BY_ID = Prepared(lambda user_id: User.objects.filter(pk=user_id), UUID(int=1))


class EmailBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's backend with its two look-ups of an address replaced by ours."""

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        return self._check_password(User.objects.by_email(email), password)  # type: ignore[no-any-return]

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        email = credentials.get("email")
        return self._authenticate_by_email(email, credentials["password"]) if email else None

    def get_user(self, user_id: UUID) -> User | None:
        """Return whose session it is, while they may sign in; every request of somebody signed in asks."""
        found = _BY_ID.first(user_id)
        return found if found is not None and self.user_can_authenticate(found) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False  # permissions are memberships, see access.py
