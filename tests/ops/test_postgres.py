"""The embedded PostgreSQL: made, found again, and clear about what is in its way."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from otayori.ops.postgres import EmbeddedPostgres, temporary_postgres
from otayori.ops.postgres_place import MAJOR, choose_data_dir
from otayori.ops.postgres_trouble import explain
from otayori.ops.trouble import Trouble
from tests.ops.test_processes import gone, wait_for

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def shared() -> Iterator[EmbeddedPostgres]:
    """One server for the tests that leave it as they found it."""
    with temporary_postgres() as postgres:
        yield postgres


@pytest.fixture
def own() -> Iterator[EmbeddedPostgres]:
    """A server of the test's own."""
    with temporary_postgres() as postgres:
        yield postgres


def ask(postgres: EmbeddedPostgres, statement: str) -> object:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


def test_the_product_owns_its_database_and_is_no_superuser(shared: EmbeddedPostgres) -> None:
    assert ask(shared, "SELECT current_user || current_setting('is_superuser')") == "otayorioff"
    locale = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'otayori'"
    assert ask(shared, locale) == "bC.UTF-8"
    assert ask(shared, "SELECT upper('é')") == "É"


def test_nobody_else_can_enter(shared: EmbeddedPostgres) -> None:
    assert (shared.data_dir / "run").stat().st_mode & 0o777 == 0o700
    assert (shared.data_dir / "cluster").stat().st_mode & 0o077 == 0
    assert ask(shared, "SELECT current_setting('listen_addresses')") == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL runs as ourselves")
def test_as_root_the_server_is_another_user(shared: EmbeddedPostgres) -> None:
    assert Path(f"/proc/{shared.pid}").stat().st_uid != 0


def test_what_is_written_survives_a_restart(own: EmbeddedPostgres) -> None:
    ask(own, "CREATE TABLE notice AS SELECT 'おたより' AS title")
    url = own.url()
    own.restart()
    assert own.url() == url
    assert ask(own, "SELECT title FROM notice") == "おたより"


def test_it_starts_again_after_a_crash(own: EmbeddedPostgres) -> None:
    ask(own, "SET synchronous_commit = on; CREATE TABLE notice AS SELECT 1 AS id")
    assert own.pid is not None
    os.kill(own.pid, signal.SIGKILL)
    wait_for(lambda: not own.running)
    own.start()
    assert ask(own, "SELECT id FROM notice") == 1


def test_a_second_start_on_the_same_folder_is_told_who_has_it(shared: EmbeddedPostgres) -> None:
    with pytest.raises(Trouble, match="もう動いているおたよりが使っています"):
        EmbeddedPostgres(shared.data_dir, fast_for_tests=True).start()
    assert ask(shared, "SELECT 1") == 1


def test_data_of_another_version_is_left_alone(own: EmbeddedPostgres) -> None:
    own.stop()
    (own.data_dir / "cluster" / "PG_VERSION").write_text("14\n")
    with pytest.raises(Trouble, match=f"PostgreSQL 14 のデータですが、このおたよりは PostgreSQL {MAJOR}"):
        own.start()
    assert not own.running


def test_over_tcp_it_asks_for_a_password_and_says_when_the_port_is_taken(own: EmbeddedPostgres) -> None:
    own.stop()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        other.listen()
        with pytest.raises(Trouble, match=f"ポート {port} はほかのプログラムが使っています"):
            EmbeddedPostgres(own.data_dir, port, fast_for_tests=True).start()
    with EmbeddedPostgres(own.data_dir, port, fast_for_tests=True) as reachable:
        assert ask(reachable, "SELECT inet_server_port()") == port
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host="127.0.0.1", port=port, user="otayori", password="guess", dbname="otayori")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    in_the_way = tmp_path / "data"
    in_the_way.write_text("a file, not a folder")
    with pytest.raises(Trouble, match="に書き込めません"):
        EmbeddedPostgres(in_the_way).start()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("initdb: error: could not write: No space left on device", "ディスクに空きがありません"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "メモリーが足りません"),
        ("initdb: error: could not look up effective user ID 7777: user does not exist", "/etc/passwd"),
        ("FATAL:  could not access directory: Permission denied", "書き込めません"),
        ("postgres: error while loading shared libraries: libz.so.1", "zlib1g"),
        ("FATAL:  something new", "postgres.log を見てください"),
    ],
)
def test_what_postgresql_says_becomes_what_to_do(said: str, sentence: str) -> None:
    trouble = str(explain(f"LOG:  before\n{said}\n", Path("/srv/data"), None))
    assert sentence in trouble
    assert said in trouble


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's PostgreSQL is another user")
def test_a_checkout_in_a_closed_home_keeps_its_data_elsewhere(tmp_path: Path) -> None:
    closed = tmp_path / "root"
    closed.mkdir(mode=0o700)
    chosen = choose_data_dir(closed / "otayori" / "data")
    assert chosen.parent == Path("/var/lib")
    assert chosen == choose_data_dir(closed / "otayori" / "data")
    assert chosen != choose_data_dir(closed / "other" / "data")
    with pytest.raises(Trouble, match="OTAYORI_DATA_DIR"):
        EmbeddedPostgres(closed / "data").start()


def test_the_server_does_not_outlive_a_start_that_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    starts = (
        "import time\n"
        "from otayori.ops.postgres import temporary_postgres\n"
        "with temporary_postgres() as postgres:\n"
        f"    open({str(pid_file)!r}, 'w').write(f'{{postgres.pid}} {{postgres.data_dir}}')\n"
        "    time.sleep(60)\n"
    )
    starter = subprocess.Popen([sys.executable, "-c", starts])
    wait_for(lambda: pid_file.exists() and bool(pid_file.read_text()))
    pid, data_dir = pid_file.read_text().split()
    starter.kill()
    starter.wait()
    wait_for(lambda: gone(int(pid)))
    with EmbeddedPostgres(Path(data_dir), fast_for_tests=True) as again:
        assert ask(again, "SELECT 1") == 1
    subprocess.run(["rm", "-r", data_dir], check=True)
