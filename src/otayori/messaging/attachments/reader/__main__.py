"""The reader's process: a file on stdin, its name's extension as the argument, the verdict on stdout.

Started by attachments/inspect.py with an empty environment. It lays its limits on itself before it loads
anything that parses.
"""

import ctypes
import resource
import signal
import sys

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 60
OPEN_FILES = 32
NICENESS = 10  # messages on their way go first
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38


def confine(most_output: int) -> None:
    """Give away what a reader of files does not need; what a limit stops is a refused file, nothing worse."""
    import os

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
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))
    if sys.platform == "linux":
        call = ctypes.CDLL(None).prctl
        call(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        call(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        call(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def main(last: str) -> None:
    """Read, judge, tell."""
    from otayori.messaging.attachments.reader.verdict import MOST_OUTPUT

    confine(MOST_OUTPUT)
    from otayori.messaging.attachments.reader.read import read

    sys.stdout.buffer.write(read(last, sys.stdin.buffer.read()).packed())


if __name__ == "__main__":
    main(sys.argv[1])
