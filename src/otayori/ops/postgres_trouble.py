"""Turns what PostgreSQL or the file system says when it cannot start into a sentence for the operator."""

import errno
import re
from pathlib import Path

from otayori.ops.trouble import Trouble

_PATTERNS = (
    ("full", r"No space left on device|Disk quota exceeded"),
    ("port", r"could not bind .*address|could not create any TCP/IP sockets"),
    ("in_use", r"lock file .* already exists|pre-existing shared memory block"),
    ("memory", r"could not map anonymous shared memory|Cannot allocate memory|out of memory"),
    ("user", r"could not look up effective user ID"),
    ("permission", r"[Pp]ermission denied|has wrong ownership|has invalid permissions|Read-only file system"),
    ("library", r"error while loading shared libraries"),
)


_ELSEWHERE = "OTAYORI_DATA_DIR に別のフォルダーを指定してください。"
_SENTENCES = {
    "full": (
        "ディスクに空きがありません（{data_dir}）。空きを作るか、" + _ELSEWHERE,
        "No space left on the disk of {data_dir}: make room or set OTAYORI_DATA_DIR.",
    ),
    "port": (
        "ポート {port} はほかのプログラムが使っています。別のポートを指定してください。",
        "Port {port} is taken by another program: choose another.",
    ),
    "in_use": (
        "{data_dir} はもう動いているおたよりが使っています。先にそちらを止めるか、" + _ELSEWHERE,
        "{data_dir} is in use by a running Otayori: stop it or set OTAYORI_DATA_DIR.",
    ),
    "memory": (
        "PostgreSQL を動かすメモリーが足りません。500 MB ほど空けてやり直してください。",
        "Not enough memory for PostgreSQL (about 500 MB).",
    ),
    "user": (
        "今のユーザーが /etc/passwd に登録されていないため PostgreSQL を動かせません。登録してください。",
        "PostgreSQL needs the current user to have an entry in /etc/passwd.",
    ),
    "permission": (
        "{data_dir} に書き込めません。フォルダーの所有者を確かめるか、" + _ELSEWHERE,
        "Cannot write to {data_dir}: check who owns it, or set OTAYORI_DATA_DIR.",
    ),
    "library": (
        "PostgreSQL に必要なライブラリーがありません。zlib1g（Debian）を入れてやり直してください。",
        "A library that PostgreSQL needs is missing (Debian: zlib1g).",
    ),
    "unknown": (
        "PostgreSQL を起動できません。{log} を見てください。",
        "PostgreSQL did not start; see {log}.",
    ),
}


def explain(said: str, data_dir: Path, port: int | None) -> Trouble:
    """`said` is the output of `initdb` or `postgres` of the failed start."""
    kind = next((kind for kind, pattern in _PATTERNS if re.search(pattern, said)), "unknown")
    japanese, english = _sentences(kind, data_dir, port)
    last_line = said.strip().rpartition("\n")[2]
    return Trouble(japanese, f"{english}\n  {last_line}" if last_line else english)


def explain_io(problem: OSError, data_dir: Path) -> Trouble:
    """`problem` came up while preparing the data folder."""
    kind = {errno.ENOSPC: "full", errno.EDQUOT: "full"}.get(problem.errno or 0, "permission")
    return Trouble(*_sentences(kind, data_dir, None))


def _sentences(kind: str, data_dir: Path, port: int | None) -> tuple[str, str]:
    japanese, english = _SENTENCES[kind]
    values = {"data_dir": data_dir, "port": port, "log": data_dir / "postgres.log"}
    return japanese.format(**values), english.format(**values)
