"""The folder of an embedded PostgreSQL cluster: made once, checked before each start."""

import os
import pwd
import shutil
import tempfile
from pathlib import Path

from otayori.ops.child import RunAs, start_child
from otayori.ops.postgres_place import MAJOR, find_binaries
from otayori.ops.postgres_trouble import explain
from otayori.ops.trouble import Trouble

NAME = "otayori"  # of the database, and of its owner, who is no superuser: row-level security binds it
LARGEST_LOG = 10_000_000  # bytes


def prepare(data_dir: Path, run_as: RunAs | None, *, fast: bool) -> None:
    """Leave `data_dir/cluster` ready to be started by `run_as` (None: by us). Raises Trouble or OSError.

    `fast` does without waiting for the disk.
    """
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o711)
    _check_entry(data_dir, run_as)
    log_file = data_dir / "postgres.log"
    if log_file.exists() and log_file.stat().st_size > LARGEST_LOG:
        log_file.rename(data_dir / "postgres.log.1")
    if not (data_dir / "cluster").exists():
        _initialise(data_dir, run_as, fast=fast)
    _check_version(data_dir)
    _write_access_rules(data_dir, run_as)


def own_folder(folder: Path, run_as: RunAs | None) -> None:
    """Make `folder` if it is not there, and close it to everybody but `run_as`."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    if run_as:
        os.chown(folder, run_as.uid, run_as.gid)


def _check_entry(data_dir: Path, run_as: RunAs | None) -> None:
    if run_as and not run_as.can_enter(data_dir):
        raise Trouble(
            "root では PostgreSQL を別のユーザーで動かしますが、そのユーザーは "
            f"{data_dir} に入れません。OTAYORI_DATA_DIR に /var/lib/otayori などを指定してください。",
            f"The user that PostgreSQL runs as cannot enter {data_dir}: set OTAYORI_DATA_DIR.",
        )


def _check_version(data_dir: Path) -> None:
    found = (data_dir / "cluster" / "PG_VERSION").read_text().strip()
    if found != MAJOR:
        raise Trouble(
            f"{data_dir} は PostgreSQL {found} のデータですが、このおたよりは PostgreSQL {MAJOR} を使います。"
            "前の版で書き出して読み込むか、OTAYORI_DATA_DIR に別のフォルダーを指定してください。",
            f"{data_dir} holds data of PostgreSQL {found}; this is PostgreSQL {MAJOR}. "
            "Dump and restore it, or set OTAYORI_DATA_DIR to another folder.",
        )


def _initialise(data_dir: Path, run_as: RunAs | None, *, fast: bool) -> None:
    """Make the cluster under another name first: a half-made one is never taken for a whole one."""
    making = data_dir / "cluster.new"
    shutil.rmtree(making, ignore_errors=True)
    own_folder(making, run_as)
    options = ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8", "--username=postgres"]
    options += ["--auth=peer", "--no-instructions", *(["--no-sync"] if fast else [])]
    command: list[str | Path] = [find_binaries(run_as) / "initdb", *options, f"--pgdata={making}"]
    with tempfile.TemporaryFile() as output:
        if start_child(command, output=output.fileno(), run_as=run_as).wait() != 0:
            output.seek(0)
            raise explain(output.read().decode(errors="replace"), data_dir, None)
    making.rename(data_dir / "cluster")


def _write_access_rules(data_dir: Path, run_as: RunAs | None) -> None:
    """Who may connect: over the socket we and the server's user, over TCP whoever has the password."""
    uids = {os.geteuid(), run_as.uid if run_as else os.geteuid()}
    people = sorted(pwd.getpwuid(uid).pw_name for uid in uids)
    idents = [f'{NAME} "{person}" {role}' for person in people for role in (NAME, "postgres")]
    rules = [f"local all all peer map={NAME}", f"host all {NAME} 127.0.0.1/32 scram-sha-256"]
    for name, lines in (("pg_ident.conf", idents), ("pg_hba.conf", rules)):
        file = data_dir / name
        file.write_text("\n".join(lines) + "\n")
        file.chmod(0o644)  # the server reads it as its own user
