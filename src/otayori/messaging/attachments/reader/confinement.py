"""What the reader's process gives away before it loads anything that parses.

Limits hold everywhere. On Linux it also loses the files it does not need (Landlock: the master key lies on
the same disk) and the network and other programs (seccomp). A kernel without these goes without them.
"""

import ctypes
import mimetypes
import os
import resource
import signal
import struct
import sys
import sysconfig
from pathlib import Path

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 60
OPEN_FILES = 32
NICENESS = 10  # messages on their way go first

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
# What may be read: Python with its packages, shared libraries, fonts
_READABLE = (
    "/usr/lib",
    "/lib",
    "/lib64",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/X11/fonts",
)
_CACHE = "/etc/ld.so.cache"

# Landlock, linux/landlock.h; the numbers of its calls are the same on every machine
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # by version, how many there are; later 16

# seccomp: what no reader of a file calls (socket, connect, execve, execveat, ptrace, io_uring_setup)
_REFUSED_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 425)),
}


def confine(most_output: int) -> None:
    """Give away what a reader of files does not need; what a limit stops is a refused file, nothing worse."""
    os.nice(NICENESS)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, most_output),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),  # no child of its own (does not bind root)
    ):
        _soft, hard = resource.getrlimit(what)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _lose_files(libc)
        _lose_calls(libc)


def _lose_files(libc: ctypes.CDLL) -> None:
    version = libc.syscall(_CREATE, None, 0, 1)
    if version < 1:
        return
    handled = (1 << _RIGHTS.get(version, 16)) - 1
    rules = ctypes.create_string_buffer(struct.pack("=Q", handled))
    ruleset = libc.syscall(_CREATE, rules, 8, 0)
    if ruleset < 0:
        return
    for path in _needed():
        _let_read(libc, ruleset, path)
    libc.syscall(_RESTRICT, ruleset, 0)
    mimetypes.knownfiles.clear()  # openpyxl would read the machine's lists
    os.close(ruleset)


def _needed() -> list[Path]:
    import otayori

    own = [Path(entry) for entry in (*sys.path, *sysconfig.get_paths().values()) if entry]
    package = [Path(folder) for folder in otayori.__path__]
    return [path for path in (*own, *package, *map(Path, (*_READABLE, _CACHE))) if path.exists()]


def _let_read(libc: ctypes.CDLL, ruleset: int, path: Path) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rights = _READ_FILE | (_READ_DIR if path.is_dir() else 0)
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, opened))
    libc.syscall(_ADD, ruleset, 1, rule, 0)
    os.close(opened)


def _lose_calls(libc: ctypes.CDLL) -> None:
    machine = os.uname().machine
    if machine not in _REFUSED_CALLS:
        return
    architecture, calls = _REFUSED_CALLS[machine]
    program = _filter(architecture, calls)
    code = ctypes.create_string_buffer(program, len(program))
    length = len(program) // 8
    described = ctypes.create_string_buffer(struct.pack("@HP", length, ctypes.addressof(code)))
    libc.prctl(_PR_SET_SECCOMP, 2, described, 0, 0)


def _filter(architecture: int, calls: tuple[int, ...]) -> bytes:
    """A BPF program over struct seccomp_data: kill what is no call of this machine, refuse these (EPERM)."""
    load, equal, above, say = 0x20, 0x15, 0x35, 0x06
    kill, refuse, allow = 0x80000000, 0x00050001, 0x7FFF0000
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), (say, 0, 0, kill), (load, 0, 0, 0)]
    steps += [(above, 0, 1, 0x40000000), (say, 0, 0, kill)]  # x32, another way to the same calls
    for call in calls:
        steps += [(equal, 0, 1, call), (say, 0, 0, refuse)]
    steps.append((say, 0, 0, allow))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
