"""Real worker processes for the stories: started, watched, killed, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from otayori.delivery.models import Delivery, Worker
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
    open_rows = Delivery.objects.filter(status__in=["queued", "sending"])
    until(lambda: not open_rows.exists(), "every delivery settled", patience=patience)


def statuses() -> dict[str, int]:
    """How many deliveries there are in each status."""
    found: dict[str, int] = {}
    for status in Delivery.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found
