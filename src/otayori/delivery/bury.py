"""Bury: an address that is gone gets nothing more, also not what other batches still hold for it."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection

# settle and bounces: a channel or a bounce has told that an address does not exist
_DISABLE = """
UPDATE delivery_endpoint e SET state = 'disabled', disabled_at = now(), code = v.code
FROM unnest(%s::bigint[], %s::text[]) AS v(id, code), delivery_delivery d
WHERE d.id = v.id AND e.id = d.endpoint_id AND e.state = 'active'
RETURNING e.id
"""

_FAIL = """
UPDATE delivery_delivery d SET status = 'failed', code = e.code
FROM delivery_endpoint e
WHERE e.id = ANY(%s) AND d.endpoint_id = e.id AND d.status = 'queued'
RETURNING d.id
"""


class Buried(NamedTuple):
    """The endpoints disabled just now, and the deliveries that waited for them and have failed."""

    endpoints: list[UUID]
    deliveries: list[int]


def bury(dead: Sequence[tuple[int, str]]) -> Buried:
    """Disable the endpoints of these deliveries, (delivery id, code) each, and fail what waits for them.

    In the caller's transaction. An endpoint that is disabled already stays as it is.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DISABLE, [[id_ for id_, _ in dead], [code[:60] for _, code in dead]])
        endpoints = [row[0] for row in cursor.fetchall()]
        if not endpoints:
            return Buried([], [])
        cursor.execute(_FAIL, [endpoints])
        return Buried(endpoints, [row[0] for row in cursor.fetchall()])
