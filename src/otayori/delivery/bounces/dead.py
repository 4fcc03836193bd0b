"""When an address counts as dead after a bounce: at once where nobody is there, else after three in a row."""

from django.db import connection

# The guardian has proven since that the address works: what comes late speaks of the time before.
_PROVEN_SINCE = """
SELECT coalesce(e.verified_at > b.released_at, false)
FROM delivery_delivery d
JOIN delivery_endpoint e ON e.id = d.endpoint_id
JOIN delivery_batch b ON b.id = d.batch_id
WHERE d.id = %s
"""

# Three different messages refused, over at least three days, and none between them that stayed: a full
# mailbox or a filter of some days passes. What is younger than the newest refusal may still come back.
_REFUSED_IN_A_ROW = """
WITH past AS (
    SELECT d.sent_at, EXISTS (
        SELECT 1 FROM delivery_bounce b
        WHERE b.delivery_id = d.id AND b.kind = 'failed' AND b.code LIKE 'bounce 5.%%') AS refused
    FROM delivery_delivery this
    JOIN delivery_endpoint e ON e.id = this.endpoint_id
    JOIN delivery_delivery d ON d.endpoint_id = e.id
    WHERE this.id = %s AND d.sent_at IS NOT NULL AND (e.verified_at IS NULL OR d.sent_at > e.verified_at)
), newest AS (
    SELECT max(sent_at) AS sent_at FROM past WHERE refused
)
SELECT count(*) >= 3 AND max(sent_at) - min(sent_at) >= interval '3 days'
FROM past
WHERE refused AND sent_at > coalesce(
    (SELECT max(kept.sent_at) FROM past kept, newest
     WHERE NOT kept.refused AND kept.sent_at < newest.sent_at),
    '-infinity')
"""

# A domain that refuses many of its people refuses us (a block list, a setting): that must not cut off every
# family there. Two weeks, so that the first refusals of a third message find those of the earlier ones.
_REFUSED_TO_MANY = """
WITH host AS (
    SELECT e.host FROM delivery_delivery d JOIN delivery_endpoint e ON e.id = d.endpoint_id WHERE d.id = %s
), refused AS (
    SELECT count(DISTINCT e.id) AS n
    FROM delivery_bounce b
    JOIN delivery_delivery d ON d.id = b.delivery_id
    JOIN delivery_endpoint e ON e.id = d.endpoint_id
    WHERE b.received_at > now() - interval '14 days' AND b.kind = 'failed' AND b.code LIKE 'bounce 5.%%'
      AND e.host = (SELECT host FROM host) AND e.state = 'active'
)
SELECT refused.n >= 5 AND refused.n * 10 > (
    SELECT count(*) FROM delivery_endpoint WHERE host = (SELECT host FROM host) AND state = 'active')
FROM refused
"""


def is_dead(delivery_id: int, *, gone: bool) -> bool:
    """Tell whether the address of a delivery that has just bounced is to be given up.

    `gone`: the bounce says that mailbox or domain do not exist.
    """
    if _holds(_PROVEN_SINCE, delivery_id):
        return False
    if gone:
        return True
    return _holds(_REFUSED_IN_A_ROW, delivery_id) and not _holds(_REFUSED_TO_MANY, delivery_id)


def _holds(statement: str, delivery_id: int) -> bool:
    with connection.cursor() as cursor:  # every bounce that says "failed"
        cursor.execute(statement, [delivery_id])
        row = cursor.fetchone()
    return bool(row and row[0])
