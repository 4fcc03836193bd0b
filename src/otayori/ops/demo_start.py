"""`otayori demo`: the whole product on one machine, with its own PostgreSQL, mail and people."""

import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from otayori.ops.cli import load_django
from otayori.ops.postgres import EmbeddedPostgres
from otayori.ops.postgres_place import choose_data_dir
from otayori.ops.processes import Program, Supervisor, print_line
from otayori.ops.serve import default_port, ensure_free, probe
from otayori.ops.trouble import Unreachable

HOST = "127.0.0.1"
OTAYORI = (sys.executable, "-m", "otayori.ops.cli")
LOOK_AGAIN = 10.0  # seconds between looks for a database that is away


def run() -> None:
    """Start everything, and return when Ctrl-C has stopped it. Raises Trouble."""
    port = default_port()
    ensure_free(HOST, port)
    with ExitStack() as stack:
        stack.enter_context(_terminated_like_interrupted())
        data_dir = choose_data_dir(Path(os.environ.get("OTAYORI_DATA_DIR") or "data"))
        database = _start_database(stack, data_dir)
        programs, mail_page = _mail_programs()
        _set_environment(data_dir, port)
        prepare = _Preparation(may_wait=database is None)
        prepare.look()
        programs += [
            Program("worker", (*OTAYORI, "worker"), stop_limit=15),
            Program("web", (*OTAYORI, "web", "--host", HOST, "--port", str(port)), stop_limit=15),
        ]
        greet = _once_answering(port, lambda: _greet(port, mail_page, data_dir))

        def watch() -> None:
            prepare.look()
            if prepare.done:
                greet()
            if database is not None and not database.running:
                print_line("PostgreSQL が止まったので再開します / restarting PostgreSQL")
                database.start()

        Supervisor(programs, watch=watch).run()
        print_line("止めています / stopping")


def _start_database(stack: ExitStack, data_dir: Path) -> EmbeddedPostgres | None:
    if os.environ.get("OTAYORI_DATABASE_URL"):
        return None
    print_line(f"PostgreSQL を起動します（{data_dir}）/ starting PostgreSQL")
    database = stack.enter_context(EmbeddedPostgres(data_dir / "postgres"))
    os.environ["OTAYORI_DATABASE_URL"] = database.url()
    return database


def _mail_programs() -> tuple[list[Program], str | None]:
    """The mail catcher and the address of its page, unless a mail server is given."""
    if os.environ.get("OTAYORI_SMTP_URL"):
        return [], None
    smtp, http = _free_port(1025), _free_port(8025)
    os.environ["OTAYORI_SMTP_URL"] = f"smtp://{HOST}:{smtp}?starttls=never"
    listen = ("--smtp", f"{HOST}:{smtp}", "--http", f"{HOST}:{http}")
    return [Program("mail", (*OTAYORI, "mailcatcher", *listen), stop_limit=3)], f"http://localhost:{http}/"


def _free_port(first: int) -> int:
    for port in range(first, first + 50):
        try:
            probe(HOST, port)
        except OSError:
            continue
        return port
    return first  # let the program that wants it say so


def _set_environment(data_dir: Path, port: int) -> None:
    """What the children and our own Django read; what the operator has set stays."""
    folder = data_dir / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (data_dir / "static").mkdir(exist_ok=True)
    defaults = {
        "OTAYORI_SECRET_KEY": _make_secret_key(folder / "secret-key"),
        "OTAYORI_MASTER_KEY_FILE": _make_master_key(folder / "master.key"),
        "OTAYORI_VAPID_KEY_FILE": _make_vapid_key(folder / "vapid.pem"),
        "OTAYORI_MAIL_FROM": "みどり区教育委員会 <otayori@midori.example>",
        "OTAYORI_BASE_URL": f"http://localhost:{port}",
    }
    os.environ.update({name: value for name, value in defaults.items() if not os.environ.get(name)})
    os.environ |= {"OTAYORI_PROFILE": "demo", "OTAYORI_DATA_DIR": str(data_dir), "OTAYORI_PORT": str(port)}


def _make_secret_key(file: Path) -> str:
    if not file.exists():
        _write_private(file, secrets.token_urlsafe(48).encode())
    return file.read_text()


def _make_master_key(file: Path) -> str:
    from otayori.core.crypto import new_master_key_file

    if not file.exists():
        half = file.with_suffix(".new")
        half.unlink(missing_ok=True)
        new_master_key_file(half)
        half.rename(file)
    return str(file)


def _make_vapid_key(file: Path) -> str:
    from otayori.delivery.channels.webpush.vapid import new_private_key_pem

    if not file.exists():
        _write_private(file, new_private_key_pem())
    return str(file)


def _write_private(file: Path, content: bytes) -> None:
    """Whole or not at all, and never readable by others."""
    half = file.with_suffix(".new")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    half.write_bytes(content)
    half.rename(file)


class _Preparation:
    """Makes the tables and the demo ward; with a database of the operator's, as soon as it is there.

    Until then the pages say that the database is away. While the ward is made, Ctrl-C waits for it.
    """

    def __init__(self, *, may_wait: bool) -> None:
        self.done = False
        self._may_wait = may_wait
        self._next_look = 0.0

    def look(self) -> None:
        """Prepare, unless that is done or was just tried. Raises Trouble where waiting helps nothing."""
        if self.done or time.monotonic() < self._next_look:
            return
        try:
            _fill()
            self.done = True
        except Unreachable as away:
            if not self._may_wait:
                raise
            print_line(str(away))
            print_line(f"{LOOK_AGAIN:.0f}秒ごとに確かめます / looking again every {LOOK_AGAIN:.0f} s")
            self._next_look = time.monotonic() + LOOK_AGAIN


def _fill() -> None:
    load_django()
    from django.db import connection, connections
    from rich.progress import Progress

    from otayori.ops import demo
    from otayori.ops.migrate import migrate

    print_line("データベースを用意します / preparing the database")
    migrate()
    with Progress() as progress:
        demo.fill(progress)
    connections.close_all()
    getattr(connection, "close_pool", lambda: None)()  # the supervisor needs no database


def _greet(port: int, mail_page: str | None, data_dir: Path) -> None:
    from otayori.ops import demo

    for line in demo.sign_ins(f"http://localhost:{port}"):
        print_line(line)
    print_line(f"届いたメール / mail: {mail_page or os.environ['OTAYORI_SMTP_URL'].rpartition('@')[2]}")
    print_line(f"データ / data: {data_dir}")
    print_line("止めるには Ctrl-C / Ctrl-C stops everything")


def _once_answering(port: int, then: Callable[[], None]) -> Callable[[], None]:
    """A function that calls `then` the first time something listens on the port."""
    done = False

    def look() -> None:
        nonlocal done
        if done:
            return
        with socket.socket() as client:
            client.settimeout(0.2)
            done = client.connect_ex((HOST, port)) == 0
        if done:
            then()

    return look


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM raises KeyboardInterrupt, so that what was started is stopped while we are still preparing."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
