"""Withdraw: a device tells that it shows no pushes any more, long before a push service would."""

from enum import StrEnum

from django.db import connection, transaction

from otayori.core import audit
from otayori.delivery import endpoints
from otayori.roster.models import Guardian


class Why(StrEnum):
    """`Endpoint.code` of a device that told so itself."""

    PERMISSION = "permission"  # its owner, or the browser, took the permission away
    GONE = "gone"  # the browser has lost the subscription


# Mails that wait for whether a push is read that may never have been shown. What is held for an hour of the
# guardian's stays: at that hour the claim finds the device dead, and the mail goes.
_MAIL_NOW = """
INSERT INTO delivery_delivery
    (id, batch_id, slice_id, endpoint_id, channel, status, attempt, due_at, code)
SELECT s.delivery_ids[array_position(s.endpoint_ids, e.id)], s.batch_id, s.id, e.id, s.channel,
       'queued', 0, now(), ''
FROM delivery_endpoint e
JOIN delivery_slice s ON s.channel = 'email' AND s.done_at IS NULL AND s.due_at > now()
                     AND s.endpoint_ids @> ARRAY[e.id]
WHERE e.guardian_id = %(guardian)s AND e.channel = 'email' AND e.state = 'active'
  AND NOT EXISTS (SELECT 1 FROM delivery_endpoint o
                  WHERE o.guardian_id = %(guardian)s AND o.channel = 'webpush' AND o.state = 'active')
  AND EXISTS (SELECT 1 FROM delivery_slice p JOIN delivery_endpoint o ON p.endpoint_ids @> ARRAY[o.id]
              WHERE p.batch_id = s.batch_id AND p.channel = 'webpush' AND p.due_at <= now()
                AND o.guardian_id = %(guardian)s AND o.channel = 'webpush')
ON CONFLICT (id) DO NOTHING
"""


@transaction.atomic
def withdraw(guardian: Guardian, endpoint_url: str, why: Why) -> bool:
    """Take the guardian's device with this push address off; mails that wait for it go at once.

    Returns whether it was on. It comes back to life when it subscribes again.
    """
    endpoint = endpoints.device_at(guardian, endpoint_url)
    if endpoint is None:
        return False
    endpoints.disable(endpoint, why.value)
    with connection.cursor() as cursor:  # the app, when it finds its notifications off
        cursor.execute(_MAIL_NOW, {"guardian": guardian.id})
        mails = cursor.rowcount
    audit.record(
        "device withdrawn", actor_id=guardian.user_id, object_id=endpoint.id, why=why.value, mails=mails
    )
    return True
