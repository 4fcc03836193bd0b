"""Change the address a guardian signs in with: account, endpoint and record stand or fall together."""

from django.db import IntegrityError, transaction

from otayori.accounts.models import User
from otayori.core import audit
from otayori.delivery import endpoints
from otayori.delivery.models import ChannelName
from otayori.roster.models import Guardian


class AddressInUse(Exception):
    """Somebody else signs in with this address."""


def change(guardian: Guardian, email: str, *, keep_old: bool) -> None:
    """Make `email`, proven by its code, the address for signing in, and one that messages come to.

    The old one goes on getting messages or not, as the guardian chose. The same again changes nothing.
    Raises `AddressInUse`.
    """
    try:
        with transaction.atomic():
            _change(guardian, email, keep_old=keep_old)
    except (IntegrityError, endpoints.AddressTaken) as error:  # taken by somebody else at the same moment
        raise AddressInUse from error


def _change(guardian: Guardian, email: str, *, keep_old: bool) -> None:
    user = User.objects.select_for_update().get(pk=guardian.user_id)
    holder = User.objects.by_email(email)
    if holder == user:
        return
    if holder is not None:
        raise AddressInUse
    old = user.email
    user.set_email(email)
    user.save(update_fields=["email", "login"])
    audit.record("sign-in address changed", actor_id=user.id, object_id=user.id)
    endpoints.add_email(guardian, email)
    for way in endpoints.endpoints_of(guardian):
        if not keep_old and way.channel == ChannelName.EMAIL and way.address.casefold() == old.casefold():
            endpoints.remove(guardian, way.id)
