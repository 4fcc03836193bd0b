"""The embedded PostgreSQL: a cluster in a folder, run as our child, reachable from this machine alone."""

import logging
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGQUIT
from types import TracebackType
from typing import Self
from urllib.parse import quote

from otayori.ops import postgres_cluster
from otayori.ops.child import RunAs, is_alive, start_child
from otayori.ops.postgres_cluster import NAME
from otayori.ops.postgres_place import find_binaries, other_user
from otayori.ops.postgres_trouble import explain, explain_io

log = logging.getLogger(__name__)

START_LIMIT = 60.0  # seconds; crash recovery of a large cluster takes a while
SOCKET_PATH_LIMIT = 100  # bytes; the kernel's is 107

_SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",  # compiling costs more than our short statements
    "max_parallel_workers_per_gather": "0",  # two cores are busy, and /dev/shm of a container is small
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # a statement may hold personal data
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
_FAST = {  # nothing survives a power cut; never for data that anyone wants to keep
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "io_method": "sync",
}


class EmbeddedPostgres:
    """One PostgreSQL server on `data_dir`, made on the first start.

    Without `port` it listens on a unix socket only, in a folder no other user may enter, and the
    kernel vouches for who connects (peer). With `port` it also listens on 127.0.0.1, with a password.
    As root the server runs as the data's owner or `nobody`. It ends with us, even if we are killed.
    """

    def __init__(self, data_dir: Path, port: int | None = None, *, fast_for_tests: bool = False) -> None:
        self.data_dir = data_dir.absolute()
        self.port = port
        self.fast = fast_for_tests
        self._process: subprocess.Popen[bytes] | None = None
        self._run_as: RunAs | None = None
        self._socket_dir: Path | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the server, None when it is not started."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether the server process is there; False after a crash."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Make the cluster if there is none, start the server, and return when it answers. Raises Trouble."""
        if self.running:
            return
        self._run_as = other_user(self.data_dir)
        try:
            postgres_cluster.prepare(self.data_dir, self._run_as, fast=self.fast)
            self._launch()
            self._make_database()
        except BaseException as problem:
            self.stop()
            if isinstance(problem, OSError):
                raise explain_io(problem, self.data_dir) from problem
            raise

    def stop(self) -> None:
        """Shut down: connections are cut, everything committed is on disk when this returns."""
        process, self._process = self._process, None
        if process is not None:
            for signal, patience in ((SIGINT, 30), (SIGQUIT, 5), (SIGKILL, 5)):
                process.send_signal(signal)
                try:
                    process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    log.warning("PostgreSQL did not stop on %s", signal.name)
        if self._socket_dir is not None and self._socket_dir.parent != self.data_dir:
            shutil.rmtree(self._socket_dir, ignore_errors=True)
            self._socket_dir = None

    def restart(self) -> None:
        """Stop and start; `url()` stays the same."""
        keep, self._socket_dir = self._socket_dir, None
        self.stop()
        self._socket_dir = keep
        self.start()

    def url(self, database: str = NAME) -> str:
        """The address for OTAYORI_DATABASE_URL."""
        if self.port is not None:
            return f"postgresql://{NAME}:{self._password()}@127.0.0.1:{self.port}/{database}"
        return f"postgresql://{NAME}@/{database}?host={quote(str(self._sockets()), safe='/')}&port=5432"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # ── running ──────────────────────────────────────────────────────────────────────────────────

    def _sockets(self) -> Path:
        """The socket's folder: beside the data, or a temporary one where that path is too long."""
        if self._socket_dir is None:
            near = self.data_dir / "run"
            fits = len(os.fsencode(near / ".s.PGSQL.65535")) <= SOCKET_PATH_LIMIT
            self._socket_dir = near if fits else Path(tempfile.mkdtemp(prefix="otayori-"))
        return self._socket_dir

    def _password(self) -> str:
        file = self.data_dir / "database-password"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(24))
        return file.read_text()

    def _command(self) -> list[str | Path]:
        postgres_cluster.own_folder(self._sockets(), self._run_as)
        settings = _SETTINGS | (_FAST if self.fast else {})
        settings |= {
            "hba_file": str(self.data_dir / "pg_hba.conf"),
            "ident_file": str(self.data_dir / "pg_ident.conf"),
            "listen_addresses": "127.0.0.1" if self.port else "",
            "port": str(self.port or 5432),
            "unix_socket_directories": str(self._sockets()),
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [find_binaries(self._run_as) / "postgres", "-D", self.data_dir / "cluster", *options]

    def _launch(self) -> None:
        give_up = time.monotonic() + START_LIMIT
        while self._last_one_is_stopping() and time.monotonic() < give_up:
            time.sleep(0.1)
        log_file = self.data_dir / "postgres.log"
        with log_file.open("ab") as output:
            start_of_ours = output.tell()
            self._process = start_child(
                self._command(), output=output, run_as=self._run_as, death_signal=SIGINT
            )
        while self._state() != (str(self._process.pid), "ready"):
            if self._process.poll() is not None or time.monotonic() > give_up:
                said = log_file.read_bytes()[start_of_ours:].decode(errors="replace")
                raise explain(said, self.data_dir, self.port)
            time.sleep(0.02)

    def _last_one_is_stopping(self) -> bool:
        """Whether the server of a start that was killed just now is still putting things away."""
        pid, state = self._state()
        return state == "stopping" and is_alive(int(pid))

    def _state(self) -> tuple[str, str]:
        """Pid and state of the server, from lines 1 and 8 of postmaster.pid, as `pg_ctl` reads them."""
        try:
            lines = (self.data_dir / "cluster" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return "", ""
        return (lines[0], lines[7].strip()) if len(lines) >= 8 else ("", "")

    def _make_database(self) -> None:
        import psycopg
        from psycopg import sql
        from psycopg.conninfo import make_conninfo

        name = sql.Identifier(NAME)
        where = make_conninfo(
            host=str(self._sockets()), port=self.port or 5432, user="postgres", dbname="postgres"
        )
        with psycopg.connect(where, autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME]).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(name))
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(name))
            if self.port is not None:
                change = sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(self._password()))
                connection.execute(change)


@contextmanager
def temporary_postgres(port: int | None = None) -> Iterator[EmbeddedPostgres]:
    """A server for a test: started quickly, and gone without a trace afterwards."""
    # Not in pytest's tmp_path: root's is closed to `nobody`.
    folder = Path(tempfile.mkdtemp(prefix="otayori-pg-"))
    folder.chmod(0o711)
    try:
        with EmbeddedPostgres(folder, port, fast_for_tests=True) as postgres:
            yield postgres
    finally:
        shutil.rmtree(folder, ignore_errors=True)
