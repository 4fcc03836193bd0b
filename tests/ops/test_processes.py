"""The supervisor keeps real processes running and leaves none behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from otayori.ops.child import is_alive, start_child
from otayori.ops.processes import Program, Supervisor

pytestmark = pytest.mark.processes

PYTHON = (sys.executable, "-I", "-S", "-u", "-c")
SLEEPS = "import time; print('ready', flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPS


def wait_for(what: Callable[[], bool], seconds: float = 20) -> None:
    give_up = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < give_up, "did not happen"
        time.sleep(0.02)


def run_until(programs: list[Program], seen: Callable[[list[str]], bool]) -> list[str]:
    """Supervise until the forwarded lines satisfy `seen`; all lines."""
    lines: list[str] = []
    give_up = time.monotonic() + 20

    def watch() -> None:
        if seen(lines) or time.monotonic() > give_up:
            supervisor.stop()

    supervisor = Supervisor(programs, write=lines.append, watch=watch)
    supervisor.run()
    assert seen(lines)
    return lines


def test_what_children_say_is_forwarded_with_their_names() -> None:
    web = Program("web", (*PYTHON, "print('おはよう'); print('no newline', end='', flush=True); " + SLEEPS))
    worker = Program("worker", (*PYTHON, "import sys; sys.stderr.write('to stderr\\n'); " + SLEEPS))
    lines = run_until([web, worker], lambda lines: sum("ready" in line for line in lines) == 2)
    assert "web    │ おはよう" in lines
    assert "web    │ no newlineready" in lines
    assert "worker │ to stderr" in lines


def test_a_crashed_child_is_started_again() -> None:
    worker = Program("worker", (*PYTHON, "print('started', flush=True); raise SystemExit(3)"))
    lines = run_until([worker], lambda lines: lines.count("worker │ started") == 2)
    assert "worker │ 止まりました（3）。1 秒後に再開します / ended, restarting" in lines


def test_children_are_stopped_last_first() -> None:
    says_goodbye = (
        "import signal, sys\n"
        "def bye(*_): print('bye', flush=True); sys.exit()\n"
        "signal.signal(signal.SIGTERM, bye)\n" + SLEEPS
    )
    programs = [Program(name, (*PYTHON, says_goodbye)) for name in ("mail", "worker", "web")]
    lines = run_until(programs, lambda lines: sum("ready" in line for line in lines) == 3)
    assert [line.split()[0] for line in lines if "bye" in line] == ["web", "worker", "mail"]


def test_a_child_that_will_not_stop_is_killed_with_all_of_its_own(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    spawns = (
        "import os, subprocess, sys\n"
        f"grandchild = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}], stdout=subprocess.DEVNULL)\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{grandchild.pid}}')\n" + STUBBORN
    )
    stubborn = Program("web", (*PYTHON, spawns), stop_limit=0.2)
    run_until([stubborn], lambda lines: "web │ ready" in lines)
    for pid in pids.read_text().split():
        wait_for(lambda pid=int(pid): gone(pid))  # type: ignore[misc]


def test_a_second_ctrl_c_does_not_wait() -> None:
    stubborn = Program("web", (*PYTHON, STUBBORN), stop_limit=3600)
    lines: list[str] = []

    def watch() -> None:
        if "web │ ready" in lines:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    Supervisor([stubborn], write=lines.append, watch=watch).run()
    assert signal.getsignal(signal.SIGINT) is before


def test_children_do_not_outlive_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    child = f"import os; open({str(pid_file)!r}, 'w').write(str(os.getpid())); " + SLEEPS
    supervise = (
        "from otayori.ops.processes import Program, Supervisor\n"
        f"Supervisor([Program('web', {(*PYTHON, child)!r})]).run()"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", supervise], stdout=subprocess.DEVNULL)
    wait_for(lambda: pid_file.exists() and bool(pid_file.read_text()))
    supervisor.kill()
    supervisor.wait()
    wait_for(lambda: gone(int(pid_file.read_text())))


def test_a_command_that_does_not_exist_ends_as_in_a_shell() -> None:
    child = start_child(["otayori-no-such-command"], output=subprocess.DEVNULL)
    assert child.wait() == 126


def gone(pid: int) -> bool:
    """Dead, or dead and waiting for an init process that collects nobody."""
    if not is_alive(pid):
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
