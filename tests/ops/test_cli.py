"""An operator at the command line."""

import os
import socket
import subprocess
import sys

import pytest

from otayori.ops.cli import main
from otayori.ops.postgres import EmbeddedPostgres
from otayori.ops.serve import default_port, ensure_free
from otayori.ops.trouble import Trouble

NO_SERVER = "postgresql://otayori:short-secret@127.0.0.1:1/otayori"


def otayori(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command with `settings` and nothing else of OTAYORI_*."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("OTAYORI_")}
    environ |= {f"OTAYORI_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "otayori.ops.cli", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    commands = "demo web worker migrate check mailcatcher roster mail bounces deliveries"
    for command in commands.split():
        assert f"\n    {command}" in said


@pytest.mark.parametrize("text", ["smtp", ":1025", "localhost:"])
def test_an_address_needs_host_and_port(text: str) -> None:
    with pytest.raises(SystemExit):
        main(["mailcatcher", "--smtp", text])


@pytest.mark.processes
def test_wrong_settings_are_named_without_a_traceback() -> None:
    ended = otayori("migrate", PROFILE="production", SECRET_KEY="short-secret")
    assert ended.returncode == 1
    assert "OTAYORI_SECRET_KEY: 50文字以上" in ended.stderr
    assert "OTAYORI_DATABASE_URL: 設定されていません" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "short-secret" not in ended.stderr


@pytest.mark.processes
def test_check_has_a_line_for_each_server_that_does_not_answer() -> None:
    ended = otayori("check", PROFILE="test", DATABASE_URL=NO_SERVER, SMTP_URL="smtp://127.0.0.1:1")
    assert ended.returncode == 1
    assert "○ 設定は正しく書かれています" in ended.stdout
    assert "× データベース / database: 127.0.0.1 につながりません" in ended.stdout
    assert "× メールサーバー / mail server: 127.0.0.1:1 につながりません" in ended.stdout
    assert "short-secret" not in ended.stdout + ended.stderr


@pytest.mark.processes
def test_a_database_that_does_not_answer_stops_the_migration_with_a_sentence() -> None:
    ended = otayori("migrate", PROFILE="test", DATABASE_URL=NO_SERVER)
    assert ended.returncode == 1
    assert "データベース（127.0.0.1）を使えません" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.processes
def test_migrate_prepares_a_fresh_database_and_can_be_repeated(postgres: EmbeddedPostgres) -> None:
    for _ in range(2):
        ended = otayori("migrate", PROFILE="test", DATABASE_URL=postgres.url())
        assert ended.returncode == 0, ended.stderr
    ended = otayori("check", PROFILE="test", DATABASE_URL=postgres.url(), SMTP_URL="smtp://127.0.0.1:1")
    assert "○ データベースの形 / tables" in ended.stdout


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Trouble) as trouble:
            ensure_free("127.0.0.1", port)
    assert f"ポート {port} はほかのプログラムが使っています。OTAYORI_PORT={port + 1}" in str(trouble.value)
    ensure_free("127.0.0.1", port)


@pytest.mark.parametrize("text", ["http", "0", "65536", "８０"])
def test_a_port_is_a_number(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("OTAYORI_PORT", text)
    with pytest.raises(Trouble, match="1 から 65535"):
        default_port()
