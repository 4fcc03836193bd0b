"""Bury: an address that is gone gets nothing more, also not what other batches still hold for it."""

from collections.abc import Mapping

from django.db import connection

_BURY = """
WITH gone AS (
    UPDATE delivery_endpoint e SET state = 'disabled', disabled_at = now(), code = v.code
    FROM unnest(%s::bigint[], %s::text[]) AS v(id, code), delivery_delivery d
    WHERE d.id = v.id AND e.id = d.endpoint_id AND e.state = 'active'
    RETURNING e.id, e.code
)
UPDATE delivery_delivery d SET status = 'failed', code = gone.code
FROM gone WHERE d.endpoint_id = gone.id AND d.status = 'queued'
"""


def bury(codes: Mapping[int, str]) -> None:
    """Disable the endpoints of these deliveries; `codes` says why, by delivery id."""
    if not codes:
        return
    with connection.cursor() as cursor:  # settle, bounces
        cursor.execute(_BURY, [list(codes), [code[:60] for code in codes.values()]])
