"""The ground a measurement stands on: a PostgreSQL of its own, a ward of any size, and a mail sink."""

import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from otayori.delivery.channels.webpush.vapid import new_private_key_pem
from otayori.ops.postgres import EmbeddedPostgres

SINK_USER = "postfix" if os.geteuid() == 0 else ""


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_sink(sessions: int = 100) -> Iterator[int]:
    """Run Postfix's smtp-sink on loopback; gives its port. It takes every mail and keeps none."""
    port = free_port()
    command = [
        "/usr/sbin/smtp-sink",
        *(["-u", SINK_USER] if SINK_USER else []),
        f"127.0.0.1:{port}",
        str(sessions),
    ]
    sink = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        sink.terminate()
        sink.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on 127.0.0.1:{port}")


@contextmanager
def installation(smtp_port: int) -> Iterator[EmbeddedPostgres]:
    """A migrated installation on a fresh PostgreSQL with its durable settings; Django is set up inside."""
    folder = Path(tempfile.mkdtemp(prefix="otayori-bench-"))
    folder.chmod(0o711)
    (folder / "postgres").mkdir()
    postgres = EmbeddedPostgres(folder / "postgres")
    (folder / "vapid.pem").write_bytes(new_private_key_pem())
    for name in [name for name in os.environ if name.startswith("OTAYORI_")]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "otayori.config.settings",
        "OTAYORI_PROFILE": "demo",
        "OTAYORI_SECRET_KEY": "bench" * 12,
        "OTAYORI_DATABASE_URL": postgres.url(),
        "OTAYORI_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}?starttls=never",
        "OTAYORI_MAIL_FROM": "otayori@ward.example",
        "OTAYORI_BASE_URL": "http://127.0.0.1:8000",
        "OTAYORI_MASTER_KEY_FILE": str(folder / "master.json"),
        "OTAYORI_VAPID_KEY_FILE": str(folder / "vapid.pem"),
        "OTAYORI_DATA_DIR": str(folder),
    }
    (folder / "master.json").touch()
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


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A real worker process."""
    process = subprocess.Popen(
        [Path(sys.executable).with_name("otayori"), "worker"], stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(40)


def cpu_seconds_of(pid: int) -> float:
    """Return user and system seconds a process has used, from the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory_of(pid: int) -> float:
    """Return the most memory a process has held, in MB (VmHWM)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
