"""A supervisor of child processes: forwards what they say, restarts what crashes, stops all in order."""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from otayori.ops.child import start_child

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a crashed child is started again
HEALTHY_AFTER = 60.0  # seconds of running after which an earlier crash is forgiven
LAST_WORDS = 2.0  # seconds to wait for the rest of an ended child's output
LONGEST_LINE = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Program:
    """What to keep running. `stop_limit` is how many seconds it gets between SIGTERM and SIGKILL."""

    name: str
    command: Sequence[str | Path]
    environ: Mapping[str, str] | None = None
    stop_limit: float = 10.0


def print_line(line: str) -> None:
    """Write a line to our output; a reader that went away (`| head`) is no reason to fall over."""
    with suppress(OSError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


class _Child:
    """One program and the process that runs it just now."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.unread = b""
        self.started_at = 0.0
        self.start_at = 0.0
        self.pause = FIRST_PAUSE

    def start(self) -> IO[bytes]:
        """Start it; returns the pipe of its output."""
        self.process = start_child(self.program.command, output=subprocess.PIPE, environ=self.program.environ)
        self.started_at = time.monotonic()
        assert self.process.stdout is not None  # noqa: S101 - we asked for a pipe
        os.set_blocking(self.process.stdout.fileno(), False)
        return self.process.stdout

    def ended(self) -> bool:
        """Whether the process has ended. It is left as a zombie, so that its group's number stays its own."""
        if self.process is None:
            return True
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, options) is not None

    def bury(self) -> int:
        """After `ended()`: kill what it left behind, and return its exit code."""
        assert self.process is not None  # noqa: S101
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        self.process = None
        return code

    def signal(self, number: signal.Signals) -> None:
        """SIGKILL goes to the whole group, anything else to the process, which looks after its own."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)

    def plan_restart(self) -> float:
        """Set when to start it again; returns the pause in seconds, doubled with each early crash."""
        if time.monotonic() - self.started_at > HEALTHY_AFTER:
            self.pause = FIRST_PAUSE
        pause, self.pause = self.pause, min(self.pause * 2, LONGEST_PAUSE)
        self.start_at = time.monotonic() + pause
        return pause


class Supervisor:
    """Runs `programs` until Ctrl-C or SIGTERM; then stops them, the last one first.

    A second Ctrl-C kills what is left. `watch` is called about five times a second while running.
    Must run in the main thread (signals; and see child.start_child).
    """

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        write: Callable[[str], None] = print_line,
        watch: Callable[[], None] = lambda: None,
    ) -> None:
        self._children = [_Child(program) for program in programs]
        self._write = write
        self._watch = watch
        self._width = max((len(program.name) for program in programs), default=0)
        self._asked_to_stop = 0
        self._pipes = selectors.DefaultSelector()

    def run(self) -> None:
        """Start all, keep them running, return when all have been stopped."""
        before = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            while not self._asked_to_stop:
                self._start_due()
                self._forward(0.2)
                self._notice_crashes()
                self._watch()
        finally:
            try:
                self._stop_all()
            finally:
                self._pipes.close()
                for number, handler in before.items():
                    signal.signal(number, handler)

    def stop(self) -> None:
        """Ask `run` to stop, as Ctrl-C does. Safe from a signal handler or another thread."""
        self._asked_to_stop += 1

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked_to_stop += 1

    def _start_due(self) -> None:
        for child in self._children:
            if child.process is None and child.start_at <= time.monotonic():
                self._pipes.register(child.start(), selectors.EVENT_READ, child)

    def _forward(self, timeout: float) -> None:
        for key, _ in self._pipes.select(timeout):
            child: _Child = key.data
            data = os.read(key.fd, LONGEST_LINE)
            if not data:
                self._pipes.unregister(key.fileobj)
                data = b"\n" if child.unread else b""
            *lines, child.unread = (child.unread + data).split(b"\n")
            if len(child.unread) > LONGEST_LINE:
                lines, child.unread = [*lines, child.unread], b""
            for line in lines:
                self._say(child, line.decode(errors="replace").rstrip("\r"))

    def _say(self, child: _Child, line: str) -> None:
        self._write(f"{child.program.name:<{self._width}} │ {line}")

    def _notice_crashes(self) -> None:
        for child in self._children:
            if child.process is not None and child.ended():
                code = self._close(child)
                pause = child.plan_restart()
                self._say(child, f"止まりました（{code}）。{pause:.0f} 秒後に再開します / ended, restarting")

    def _close(self, child: _Child) -> int:
        """Pass on the last words of a child that ended, and return its exit code."""
        assert child.process is not None  # noqa: S101
        pipe = child.process.stdout
        code = child.bury()
        wait_until = time.monotonic() + LAST_WORDS  # somebody who left the group may hold the pipe for ever
        while time.monotonic() < wait_until and self._listens_to(child):
            self._forward(0.05)
        if self._listens_to(child) and pipe is not None:
            self._pipes.unregister(pipe)
        if pipe is not None:
            pipe.close()
        return code

    def _listens_to(self, child: _Child) -> bool:
        return any(key.data is child for key in self._pipes.get_map().values())

    def _stop_all(self) -> None:
        for child in reversed(self._children):
            if child.process is None:
                continue
            child.signal(signal.SIGTERM)
            kill_at = time.monotonic() + child.program.stop_limit
            while not child.ended():
                if self._asked_to_stop > 1 or time.monotonic() > kill_at:
                    child.signal(signal.SIGKILL)
                self._forward(0.05)
            self._close(child)
