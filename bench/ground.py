"""The ground a measurement stands on: an installation on a PostgreSQL of its own, and real workers."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from otayori.delivery.channels.webpush.vapid import new_private_key_pem
from otayori.ops.postgres import EmbeddedPostgres

HERE = Path(__file__).parents[1]  # from where `python -m bench.…` runs
READY_WITHIN = 30.0  # seconds
LISTENING_AFTER = 1.0  # seconds from the first beat of a worker until it surely hears releases


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, within: float = 10.0) -> None:
    """Return once something listens on the loopback port."""
    give_up = time.monotonic() + within
    while time.monotonic() < give_up:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on 127.0.0.1:{port}")


def relay_url(port: int, **options: object) -> str:
    """Return what OTAYORI_SMTP_URL says for a sink on loopback."""
    words = {"starttls": "never"} | options
    return f"smtp://127.0.0.1:{port}?" + "&".join(f"{name}={value}" for name, value in words.items())


@contextmanager
def installation(relay: str, **environment: str) -> Iterator[EmbeddedPostgres]:
    """A migrated installation on a fresh PostgreSQL with its durable settings; Django is set up inside.

    `environment` goes to the processes as it is. Once a process: Django can be set up once.
    """
    folder = Path(tempfile.mkdtemp(prefix="otayori-bench-"))
    folder.chmod(0o711)
    (folder / "postgres").mkdir()
    postgres = EmbeddedPostgres(folder / "postgres")
    (folder / "vapid.pem").write_bytes(new_private_key_pem())
    (folder / "master.json").touch()
    for name in [name for name in os.environ if name.startswith("OTAYORI_")]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "otayori.config.settings",
        "OTAYORI_PROFILE": "demo",
        "OTAYORI_SECRET_KEY": "bench" * 12,
        "OTAYORI_DATABASE_URL": postgres.url(),
        "OTAYORI_SMTP_URL": relay,
        "OTAYORI_MAIL_FROM": "otayori@ward.example",
        "OTAYORI_BASE_URL": "http://127.0.0.1:8000",
        "OTAYORI_MASTER_KEY_FILE": str(folder / "master.json"),
        "OTAYORI_VAPID_KEY_FILE": str(folder / "vapid.pem"),
        "OTAYORI_DATA_DIR": str(folder),
    } | environment
    try:
        with postgres:
            _set_up(folder / "master.json")
            yield postgres
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _set_up(master: Path) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from otayori.core import crypto

    master.unlink()
    crypto.new_master_key_file(master)
    call_command("migrate", verbosity=0)


def calm(postgres: EmbeddedPostgres) -> None:
    """Let PostgreSQL put away what was just filled in: a measurement must not pay for it."""
    with psycopg.connect(make_conninfo(postgres.url(), user="postgres"), autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")  # as autovacuum does soon after so many rows came in
        connection.execute("CHECKPOINT")


@contextmanager
def worker(**environment: str) -> Iterator[int]:
    """Run a real worker process; gives its pid once it takes work."""
    from otayori.delivery.models import Worker

    Worker.objects.all().delete()  # of an earlier one that did not say goodbye
    log = Path(os.environ["OTAYORI_DATA_DIR"]) / "worker.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("otayori"), "worker"],
            stdout=output,
            stderr=output,
            env=os.environ | environment,
        )
    try:
        ready_by = time.monotonic() + READY_WITHIN
        while not Worker.objects.exists():
            if process.poll() is not None or time.monotonic() > ready_by:
                raise SystemExit(f"the worker did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.05)
        time.sleep(LISTENING_AFTER)
        yield process.pid
    finally:
        process.terminate()
        process.wait(40)
