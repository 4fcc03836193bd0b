"""Real worker processes for the stories: started, watched, killed, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from otayori.delivery.models import Delivery, Slice, Worker
from otayori.ops.child import start_child
from otayori.ops.postgres import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0  # seconds a condition may take on a machine that is busy with other things


def until(condition: Callable[[], object], what: str, *, patience: float = PATIENCE) -> None:
    """Return as soon as the condition holds; fail with `what` when patience ends."""
    give_up = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < give_up, f"waited in vain: {what}"
        time.sleep(0.05)


def environment(postgres: EmbeddedPostgres, smtp_url: str, **more: str) -> dict[str, str]:
    """What a worker of this test's database is started with."""
    name = str(connection.settings_dict["NAME"])
    return os.environ | {"OTAYORI_DATABASE_URL": postgres.url(name), "OTAYORI_SMTP_URL": smtp_url} | more


@contextmanager
def worker(environ: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process; what it says is shown with a failing test."""
    path = os.pathsep.join(filter(None, (str(ROOT), environ.get("PYTHONPATH"))))
    process = start_child(
        [sys.executable, "-m", "otayori.ops.cli", "worker"],
        environ={**environ, "PYTHONPATH": path},
        death_signal=signal.SIGKILL,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def ready(workers: int = 1) -> None:
    """Wait until so many workers have said that they live."""
    until(lambda: Worker.objects.count() >= workers, f"{workers} workers ready")


def settled(patience: float = PATIENCE) -> None:
    """Wait until no delivery is open."""
    until(lambda: not {"queued", "sending"} & statuses().keys(), "every delivery settled", patience=patience)


def standing() -> list[tuple[UUID, str]]:
    """The endpoint and status of each delivery, with a row or without.

    One without is sending while its slice is leased, and later when it is mail for who has not read by then.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT x.endpoint_id, CASE WHEN s.due_at > now() THEN 'later'
                                       WHEN s.leased_until IS NULL THEN 'queued' ELSE 'sending' END
            FROM delivery_slice s
            CROSS JOIN LATERAL unnest(s.delivery_ids, s.endpoint_ids) AS x(id, endpoint_id)
            WHERE s.done_at IS NULL AND NOT EXISTS (SELECT 1 FROM delivery_delivery d WHERE d.id = x.id)
            UNION ALL
            SELECT endpoint_id, status FROM delivery_delivery
            """
        )
        return cursor.fetchall()


def statuses() -> dict[str, int]:
    """How many deliveries there are in each status."""
    return dict(Counter(status for _, status in standing()))


def lose_leases() -> None:
    """As if the 90 seconds of every lease had passed: a test can't wait for them."""
    past = Now() - timedelta(seconds=1)
    Delivery.objects.filter(status="sending").update(leased_until=past)
    Slice.objects.filter(leased_until__isnull=False).update(leased_until=past)
