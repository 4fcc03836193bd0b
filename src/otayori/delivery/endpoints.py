"""The guardian's endpoints (通知先): add an e-mail address, subscribe a device, remove, list.

An address belongs to one guardian. One that is given up keeps its row, without the address, so that what was
delivered to it can still be counted; what was waiting for it is cancelled, never handed to a next owner.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import Http404

from otayori.accounts.models import User
from otayori.core import audit, clock, crypto
from otayori.core.prepared import cursor
from otayori.delivery import write_off
from otayori.delivery.channels.webpush import normalise, origin
from otayori.delivery.channels.webpush.subscription import parse
from otayori.delivery.models import ChannelName, Endpoint
from otayori.roster.models import Guardian

MOST_DEVICES = 20
NOTED_EVERY = timedelta(hours=1)  # seen_at and arrived_at: no reader needs them any finer
REMOVED, MOVED = "removed", "moved"  # Endpoint.code of rows that were given up
_GIVEN_UP = (REMOVED, MOVED)

_NOTE = """
UPDATE delivery_endpoint
SET seen_at = CASE WHEN %(seen)s AND coalesce(seen_at < %(due)s, true) THEN %(now)s ELSE seen_at END,
    arrived_at = CASE WHEN %(arrived)s AND coalesce(arrived_at < %(due)s, true) THEN %(now)s
                      ELSE arrived_at END
WHERE channel = 'webpush' AND address_key = %(key)s AND guardian_id = %(guardian)s
  AND (%(seen)s AND coalesce(seen_at < %(due)s, true)
       OR %(arrived)s AND coalesce(arrived_at < %(due)s, true))
"""


class AddressTaken(Exception):
    """The e-mail address is another guardian's endpoint."""


class TooManyDevices(Exception):
    """The guardian has `MOST_DEVICES` already."""


def email_key(email: str) -> bytes:
    """Return what stands in `Endpoint.address_key` for an e-mail address (case does not matter)."""
    return crypto.lookup_key("email address", email.strip().casefold())


def push_key(endpoint_url: str) -> bytes:
    """Return what stands in `Endpoint.address_key` for a push subscription: whose URL stays."""
    return crypto.lookup_key("push address", endpoint_url)


def endpoints_of(guardian: Guardian) -> list[Endpoint]:
    """Return the guardian's endpoints, mail first, oldest first."""
    rows = Endpoint.objects.filter(guardian=guardian).exclude(code__in=_GIVEN_UP)
    return list(rows.order_by("channel", "created_at"))


@transaction.atomic
def add_email(guardian: Guardian, email: str) -> Endpoint:
    """Add an address the guardian has proven to read, or revive it. Raises `AddressTaken`.

    The address somebody signs in with is theirs: a mother who had added the father's as her second one
    gives it up when he joins with it.
    """
    key = email_key(email)
    known = Endpoint.objects.select_for_update().filter(channel=ChannelName.EMAIL, address_key=key).first()
    if known is not None and known.guardian_id != guardian.id:
        if User.objects.by_email(email) != guardian.user:
            raise AddressTaken
        _give_up(known, MOVED)
        known = None
    endpoint = known or Endpoint(guardian=guardian, channel=ChannelName.EMAIL, address_key=key)
    endpoint.address = email.strip()
    endpoint.host = email.strip().rpartition("@")[2].lower()
    _save_alive(endpoint, is_new=known is None)
    return endpoint


@transaction.atomic
def subscribe(guardian: Guardian, raw: str, *, device: str, vapid: str) -> Endpoint:
    """Add the push subscription of a device, `PushSubscription.toJSON()` as text.

    A device that was another guardian's becomes this one's; the name its guardian gave it stays. `vapid` is
    the public key it was made with.
    Raises `BadSubscription` (see webpush/subscription.py) and `TooManyDevices`.
    """
    address = normalise(raw, allowed_hosts=settings.OTAYORI_PUSH_HOSTS, vapid=vapid)
    key = push_key(parse(address, allowed_hosts=settings.OTAYORI_PUSH_HOSTS).endpoint)
    known = Endpoint.objects.select_for_update().filter(channel=ChannelName.WEBPUSH, address_key=key).first()
    if known is not None and known.guardian_id != guardian.id:
        _give_up(known, MOVED)
        known = None
    if known is None and _devices(guardian) >= MOST_DEVICES:
        raise TooManyDevices
    endpoint = known or Endpoint(guardian=guardian, channel=ChannelName.WEBPUSH, address_key=key)
    endpoint.address, endpoint.host = address, origin(address)
    endpoint.device = endpoint.device or device[:80]
    _save_alive(endpoint, is_new=known is None)
    return endpoint


def unsubscribe(guardian: Guardian, endpoint_url: str) -> None:
    """Remove the device with this push address, as it tells itself on signing out."""
    key = push_key(endpoint_url)
    for endpoint in Endpoint.objects.filter(guardian=guardian, channel=ChannelName.WEBPUSH, address_key=key):
        remove(guardian, endpoint.id)


def note(guardian: Guardian, endpoint_url: str, *, seen: bool = False, arrived: bool = False) -> None:
    """Note of the guardian's device with this push address that the app was opened there, a push shown.

    Each once an hour at most.
    """
    now = clock.now()
    told = {"seen": seen, "arrived": arrived, "now": now, "due": now - NOTED_EVERY}
    with cursor() as asked:  # receipts: what the device says of itself comes with them
        asked.execute(_NOTE, told | {"guardian": guardian.id, "key": push_key(endpoint_url)})


def open_endpoint(guardian: Guardian, endpoint_id: UUID) -> Endpoint:
    """Return one of the guardian's own endpoints, else 404."""
    for endpoint in endpoints_of(guardian):
        if endpoint.id == endpoint_id:
            return endpoint
    raise Http404


def rename(guardian: Guardian, endpoint_id: UUID, name: str) -> None:
    """Give one of the guardian's own devices a name, which nobody else sees. Raises `Http404`."""
    Endpoint.objects.filter(pk=open_endpoint(guardian, endpoint_id).pk).update(device=name[:80])


def device_at(guardian: Guardian, endpoint_url: str) -> Endpoint | None:
    """Return the guardian's live device with this push address: the one that is asking."""
    mine = Endpoint.objects.filter(guardian=guardian, channel=ChannelName.WEBPUSH)
    return mine.filter(address_key=push_key(endpoint_url), state=Endpoint.State.ACTIVE).first()


@transaction.atomic
def remove(guardian: Guardian, endpoint_id: UUID) -> None:
    """Give up one of the guardian's endpoints. Raises `Http404`."""
    endpoint = open_endpoint(guardian, endpoint_id)
    _give_up(endpoint, REMOVED)
    audit.record(
        "endpoint removed", actor_id=guardian.user_id, object_id=endpoint.id, channel=endpoint.channel
    )


def is_last_way(endpoint: Endpoint, others: Sequence[Endpoint]) -> bool:
    """Tell whether nothing would reach the guardian without this endpoint."""
    live = [other for other in others if other.state == Endpoint.State.ACTIVE]
    return live == [endpoint]


def disable(endpoint: Endpoint, code: str) -> None:
    """Write down that the address is dead, as a channel has just told."""
    Endpoint.objects.filter(pk=endpoint.pk, state=Endpoint.State.ACTIVE).update(
        state=Endpoint.State.DISABLED, code=code[:60], disabled_at=clock.now()
    )


def _devices(guardian: Guardian) -> int:
    return sum(endpoint.channel == ChannelName.WEBPUSH for endpoint in endpoints_of(guardian))


def _save_alive(endpoint: Endpoint, *, is_new: bool) -> None:
    endpoint.state, endpoint.code, endpoint.disabled_at = Endpoint.State.ACTIVE, "", None
    endpoint.verified_at = clock.now()
    try:
        with transaction.atomic():
            endpoint.save(force_insert=is_new)
    except IntegrityError as error:  # two requests added the same address at the same moment
        raise AddressTaken from error


def _give_up(endpoint: Endpoint, why: str) -> None:
    write_off.take_back([endpoint.id], code=f"endpoint {why}")
    endpoint.address = ""
    endpoint.address_key = crypto.lookup_key(
        "given up", str(endpoint.id)
    )  # frees the address for its next owner
    endpoint.device = ""
    endpoint.state, endpoint.code, endpoint.disabled_at = Endpoint.State.DISABLED, why, clock.now()
    endpoint.save()
