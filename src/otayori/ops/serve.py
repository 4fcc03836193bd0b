"""Serves the pages: granian, WSGI, a process per core and threads in each."""

import errno
import os
import socket

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from otayori.ops.trouble import Trouble

PAGES = "otayori.config.wsgi:application"
MOST_THREADS = 8  # a process; below the 12 connections of its database pool
MOST_PROCESSES = 4
STOP_LIMIT = 10  # seconds for the requests under way


def serve(host: str, port: int | None, *, processes: int | None, application: str = PAGES) -> None:
    """Serve until SIGINT or SIGTERM. Raises Trouble where the port is taken."""
    port = port or default_port()
    ensure_free(host, port)
    cores = os.cpu_count() or 1
    Granian(
        application,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.auto,
        websockets=False,
        workers=processes or min(cores, MOST_PROCESSES),
        blocking_threads=min(2 * cores + 1, MOST_THREADS),  # they wait for the database about half the time
        backlog=1024,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_LIMIT,
        log_level=LogLevels.warning,
        log_access=False,  # addresses hold secrets: /join/<token>, /feed/<token>.ics
    ).serve()


def default_port() -> int:
    """OTAYORI_PORT, or 8000. Read here too, as a demo looks at its port before there are settings."""
    text = os.environ.get("OTAYORI_PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise Trouble(
            "OTAYORI_PORT: 1 から 65535 の数字にしてください。例: OTAYORI_PORT=8000",
            "OTAYORI_PORT must be a number from 1 to 65535.",
        )
    return int(text)


def ensure_free(host: str, port: int) -> None:
    """Raises Trouble where nobody can listen on the port. The web server itself would share it silently."""
    try:
        probe(host, port)
    except OSError as problem:
        if problem.errno == errno.EACCES:
            why, reason = "を使う権限がありません", "may not be used by this user"
        elif problem.errno == errno.EADDRINUSE:
            why, reason = "はほかのプログラムが使っています", "is taken by another program"
        else:
            why, reason = f"（{host}）では待ち受けられません", f"cannot be used on {host}"
        raise Trouble(
            f"ポート {port} {why}。OTAYORI_PORT={port + 1} のように別の番号を指定してください。",
            f"Port {port} {reason}: choose another, such as OTAYORI_PORT={port + 1}.",
        ) from problem


def probe(host: str, port: int) -> None:
    """Listen for a moment, as a server would. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1)
