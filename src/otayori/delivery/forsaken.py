"""Forsaken: leases that nobody holds, given back before their time: an emergency need not wait for them.

A worker that was killed is missed at once by the others on its host; one on another host is not known to be
dead, and its leases run their time.
"""

import os
import socket
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import connection

from otayori.core import clock
from otayori.delivery.models import Worker

SILENT_FOR = timedelta(seconds=12)  # a worker says every 5 s that it lives

# a lane's claim after an outage
_GIVE_BACK = """
UPDATE delivery_slice SET leased_until = NULL
WHERE lane = %s AND channel = %s AND done_at IS NULL AND holder = %s AND id <> ALL(%s)
"""

# the beat of a worker that misses another
_TAKE_OVER = """
UPDATE delivery_slice SET leased_until = NULL
WHERE done_at IS NULL AND leased_until IS NOT NULL AND holder = ANY(%s)
"""


def place() -> str:
    """Return where this process is: host name and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def give_back(lane: str, channel: str, *, holder: UUID, held: Collection[int]) -> int:
    """Give back the slices that a lane of a worker has on record but not in hand; returns how many.

    After an outage of the database: a claim may have been committed although its answer was lost.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [lane, channel, holder, list(held)])
        return int(cursor.rowcount)


def take_over(own_id: UUID) -> int:
    """Give back the slices of workers that died on this host; returns how many.

    A worker counts as dead when its process is gone and it has said nothing for a while: host names are not
    always as unique as they should be.
    """
    silent = Worker.objects.filter(
        host__startswith=f"{socket.gethostname()}:", seen_at__lt=clock.now() - SILENT_FOR
    )
    dead = [worker.id for worker in silent.exclude(id=own_id) if not _runs(worker.host)]
    if not dead:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OVER, [dead])
        returned = int(cursor.rowcount)
    Worker.objects.filter(id__in=dead).delete()
    return returned


def _runs(where: str) -> bool:
    if where == place():  # a container that was started anew: same name, same number, another life
        return False
    try:
        os.kill(int(where.rpartition(":")[2]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
