"""Arming: prepare in idle time what a push needs besides its message, and hand each set out once.

Nine tenths of the work of encrypting a push do not depend on the message. Workers keep one set for each live
push endpoint; an emergency takes them. A set is deleted, and that committed, before it is used: who dies in
between has wasted it, nobody can use it again.
"""

import base64
import binascii
import logging
from collections.abc import Collection
from uuid import UUID

import tink
from django.conf import settings
from django.db import connection, transaction

from otayori.core import crypto
from otayori.delivery.channels.webpush.encryption import arm
from otayori.delivery.channels.webpush.subscription import parse

log = logging.getLogger(__name__)

# Worker, after a claim: SKIP LOCKED, since lanes may claim for the same endpoints at once. The one that comes
# second arms on the spot, which is quicker than waiting and can't deadlock.
_TAKE = """
WITH mine AS (
    SELECT endpoint_id FROM delivery_armedpush WHERE endpoint_id = ANY(%s::uuid[]) FOR UPDATE SKIP LOCKED
)
DELETE FROM delivery_armedpush a USING mine WHERE a.endpoint_id = mine.endpoint_id
RETURNING a.endpoint_id, a.secret
"""

# Idle worker: endpoints without a set. The lock keeps two workers from arming the same ones; a set made twice
# all the same (the other committed a moment ago) is thrown away by the primary key.
_UNARMED = """
SELECT e.id, e.address FROM delivery_endpoint e
WHERE e.channel = 'webpush' AND e.state = 'active'
  AND NOT EXISTS (SELECT 1 FROM delivery_armedpush a WHERE a.endpoint_id = e.id)
LIMIT %s FOR NO KEY UPDATE OF e SKIP LOCKED
"""

_KEEP = """
INSERT INTO delivery_armedpush (endpoint_id, secret, made_at)
SELECT v.endpoint_id, v.secret, now() FROM unnest(%s::uuid[], %s::bytea[]) AS v(endpoint_id, secret)
ON CONFLICT DO NOTHING
"""

# Idle worker: as many as it can replace at once, so that most of the ward stays armed.
_DROP_OLD = """
DELETE FROM delivery_armedpush WHERE endpoint_id IN (
    SELECT endpoint_id FROM delivery_armedpush WHERE made_at < now() - interval '1 day'
    ORDER BY made_at LIMIT %s FOR UPDATE SKIP LOCKED)
"""

# Idle worker with nothing left to arm: sets of devices that were removed or are gone.
_DROP_DEAD = """
DELETE FROM delivery_armedpush WHERE endpoint_id IN (
    SELECT a.endpoint_id FROM delivery_armedpush a JOIN delivery_endpoint e ON e.id = a.endpoint_id
    WHERE e.state <> 'active' FOR UPDATE OF a SKIP LOCKED)
"""


def take(endpoint_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """Take the sets there are for these endpoints (`Parcel.armed`), each to be used once or never.

    They are gone for everybody when this returns: call it outside a transaction.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_TAKE, [list(endpoint_ids)])
        rows = cursor.fetchall()
    taken = {}
    for endpoint_id, sealed in rows:
        try:
            armed = base64.b64decode(crypto.unseal(crypto.WARD, bytes(sealed), _place(endpoint_id)))
        except (tink.TinkError, crypto.KeyMissing, binascii.Error):
            continue  # from another master key: made on the spot instead
        if armed:
            taken[endpoint_id] = armed
    return taken


def top_up(limit: int = 200) -> int:
    """Arm up to `limit` live push endpoints that have no set, replacing what is a day old.

    Returns how many were looked at; less than `limit` means that all is done. About 25 ms for 200. Several
    workers may do it at once. Without its keys the process arms nothing.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_DROP_OLD, [limit])
            cursor.execute(_UNARMED, [limit])
            rows = cursor.fetchall()
            if rows:
                secrets = [_new_secret(endpoint_id, bytes(address)) for endpoint_id, address in rows]
                cursor.execute(_KEEP, [[endpoint_id for endpoint_id, _ in rows], secrets])
            else:
                cursor.execute(_DROP_DEAD)
    except (tink.TinkError, crypto.KeyMissing) as error:
        log.warning("pushes can't be armed: %s", type(error).__name__)
        return 0
    return len(rows)


def _new_secret(endpoint_id: UUID, address: bytes) -> bytes:
    """A fresh set, sealed. An empty one for an address that can't be armed, not to meet it each second."""
    try:
        text = crypto.unseal(crypto.WARD, address, f"delivery_endpoint.address.{endpoint_id}")
        to = parse(text, allowed_hosts=settings.OTAYORI_PUSH_HOSTS)
        armed = arm(to.p256dh, to.auth).pack()
    except (tink.TinkError, ValueError):
        armed = b""
    return crypto.seal(crypto.WARD, base64.b64encode(armed).decode(), _place(endpoint_id))


def _place(endpoint_id: UUID) -> str:
    return f"delivery_armedpush.secret.{endpoint_id}"
