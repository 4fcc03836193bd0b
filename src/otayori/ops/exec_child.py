"""Run as a script: become another user, ask to be told when our parent dies, then become the command.

Stands between us and every child we start, instead of Popen(preexec_fn=...), which can deadlock as
soon as the parent has threads. The order matters: changing the user clears the request of prctl(2).

Arguments: pid of the parent, signal to get when it dies, uid and gid (-1: unchanged), command ...
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Never returns: the command takes this process over, or the exit code is 126, as in a shell."""
    parent, death_signal, uid, gid = (int(argument) for argument in arguments[:4])
    if gid >= 0:
        os.setgroups([gid])
        os.setgid(gid)
    if uid >= 0:
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:  # it died before we could ask
        sys.exit(1)
    command = arguments[4:]
    try:
        os.execvp(command[0], command)  # noqa: S606 - our own commands, no shell
    except OSError as problem:
        sys.stderr.write(f"{command[0]}: {problem.strerror}\n")
        sys.exit(126)


if __name__ == "__main__":
    main(sys.argv[1:])
