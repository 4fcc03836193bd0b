"""PostgreSQL goes away under a running web server: pages say so, and come back by themselves."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from otayori.ops.child import start_child
from otayori.ops.postgres import EmbeddedPostgres, temporary_postgres
from tests.stories.processes import ROOT, until
from tests.stories.relay import free_port

pytestmark = pytest.mark.processes


def ask(address: str) -> tuple[int, str]:
    """Status and text of a page; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()
    except OSError:
        return 0, ""


COMMAND = [sys.executable, "-m", "otayori.ops.cli"]


@contextmanager
def web(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A web server on this database; gives the address of its health check."""
    port = free_port()
    environ = environment_of(postgres)
    server = start_child([*COMMAND, "web", "--port", str(port)], environ=environ, death_signal=signal.SIGKILL)
    try:
        yield f"http://127.0.0.1:{port}/health"
    finally:
        server.terminate()
        server.wait(20)


def environment_of(postgres: EmbeddedPostgres) -> dict[str, str]:
    return os.environ | {"OTAYORI_DATABASE_URL": postgres.url(), "PYTHONPATH": str(ROOT)}


def migrate(postgres: EmbeddedPostgres) -> None:
    subprocess.run([*COMMAND, "migrate"], env=environment_of(postgres), check=True, capture_output=True)


def is_told(health: str) -> None:
    status, text = ask(health)
    assert status == 503
    assert "データベースにつながりません" in text


def test_pages_say_that_the_database_is_away_and_come_back(postgres: EmbeddedPostgres) -> None:
    with temporary_postgres() as own:
        migrate(own)
        with web(own) as health:
            until(lambda: ask(health)[0] == 200, "the web server is up")
            own.stop()
            is_told(health)
            own.start()
            until(lambda: ask(health)[0] == 200, "the web server has found the database again")


def test_the_web_server_starts_without_a_database_and_says_so(postgres: EmbeddedPostgres) -> None:
    with temporary_postgres() as own:
        migrate(own)
        own.stop()
        with web(own) as health:
            until(lambda: ask(health)[0] != 0, "the web server answers")
            is_told(health)
            own.start()
            until(lambda: ask(health)[0] == 200, "the pages are back")


def test_the_demo_starts_with_a_database_that_is_away(tmp_path: Path) -> None:
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("OTAYORI_")} | {
        "OTAYORI_DATABASE_URL": f"postgresql://otayori:secret@127.0.0.1:{free_port()}/otayori",
        "OTAYORI_DATA_DIR": str(tmp_path),
        "OTAYORI_PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }
    demo = start_child([*COMMAND, "demo"], environ=environ, death_signal=signal.SIGKILL)
    try:
        until(lambda: ask(f"http://127.0.0.1:{port}/health")[0] == 503, "the pages say what is wrong")
    finally:
        demo.send_signal(signal.SIGINT)
        assert demo.wait(60) == 0
