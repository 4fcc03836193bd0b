"""Starting a child process that cannot outlive us, if need be as another user."""

import os
import pwd
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM, Signals
from typing import IO

_EXEC_CHILD = Path(__file__).with_name("exec_child.py")


@dataclass(frozen=True, slots=True)
class RunAs:
    """The user and group a child runs as."""

    uid: int
    gid: int

    @classmethod
    def owner_of(cls, path: Path) -> "RunAs":
        """Whoever owns `path`."""
        found = path.stat()
        return cls(found.st_uid, found.st_gid)

    @classmethod
    def named(cls, name: str) -> "RunAs":
        """The user called `name`; KeyError where there is none."""
        found = pwd.getpwnam(name)
        return cls(found.pw_uid, found.pw_gid)

    def can_enter(self, path: Path) -> bool:
        """Whether this user may enter the folder, or execute the file, through all of its parents."""
        ask = subprocess.run(  # noqa: S603 - no shell
            ["/usr/bin/test", "-x", path],
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            check=False,
            cwd="/",
        )
        return ask.returncode == 0


def is_alive(pid: int) -> bool:
    """Whether there is a process `pid`."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def start_child(
    command: Sequence[str | Path],
    *,
    output: int | IO[bytes] | None = None,
    environ: Mapping[str, str] | None = None,
    run_as: RunAs | None = None,
    death_signal: Signals = SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, with stdout and stderr going to `output`.

    A Ctrl-C in the terminal does not reach it: we stop our children in our own order. If we are
    killed, the kernel sends it `death_signal` (Linux). Linux ties that to the calling *thread*, so
    call this from one that lives as long as the child should.
    """
    uid, gid = (run_as.uid, run_as.gid) if run_as else (-1, -1)
    death = (str(int(death_signal)), str(uid), str(gid))
    return subprocess.Popen(  # noqa: S603 - our own commands, no shell
        [sys.executable, "-I", "-S", _EXEC_CHILD, str(os.getpid()), *death, *command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=environ,
        cwd="/" if run_as else None,  # the other user may not be able to stay where we are
        start_new_session=True,
    )
