"""The worker processes of a fault run: started, killed, paused, ended, and started again."""

import os
import subprocess
import sys
import time
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM

from bench.chaos.history import Disturbance
from bench.chaos.plan import WORKERS

END_WITHIN = 30.0


class Crew:
    """Workers 1 to 3. Sinks know them by the mail port they come to and the subject they sign pushes with."""

    def __init__(self, ports: dict[int, int], lease: float, log: Path) -> None:
        self._ports, self._lease = ports, lease
        self._log = log.open("ab")
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._since: dict[int, tuple[str, float]] = {}  # who is away: why, since when
        self.disturbances: list[Disturbance] = []
        self.deserted: list[str] = []  # workers that ended although nobody had asked

    def start_all(self) -> None:
        for worker in range(1, WORKERS + 1):
            self._start(worker)

    def _start(self, worker: int) -> None:
        self._processes[worker] = subprocess.Popen(
            [sys.executable, "-m", "bench.chaos.worker", str(self._lease)],
            env=os.environ
            | {
                "OTAYORI_SMTP_URL": f"smtp://127.0.0.1:{self._ports[worker]}?starttls=never",
                "OTAYORI_VAPID_SUBJECT": f"mailto:worker{worker}@ward.example",
                "OTAYORI_PUSH_HOSTS": "http://127.0.0.1",
            },
            stderr=self._log,
        )

    def begin(self, kind: str, worker: int) -> None:
        """Kill, pause or end a worker, as long as nothing else is being done to it."""
        if worker in self._since:
            return
        process = self._processes[worker]
        self._since[worker] = kind, time.time()
        process.send_signal({"killed": SIGKILL, "paused": SIGSTOP, "ended": SIGTERM}[kind])
        if kind != "paused":
            process.wait(END_WITHIN)

    def finish(self, worker: int) -> None:
        """Let it go on, or start it anew."""
        if worker not in self._since:
            return
        kind, begin = self._since.pop(worker)
        if kind == "paused":
            self._processes[worker].send_signal(SIGCONT)
        else:
            self._start(worker)
        self.disturbances.append(Disturbance(kind, worker, begin, time.time()))

    def finish_all(self) -> None:
        for worker in tuple(self._since):
            self.finish(worker)

    def look(self) -> None:
        """Start those that ended by themselves, as a supervisor would, and remember that they did."""
        for worker, process in self._processes.items():
            if worker not in self._since and process.poll() is not None:
                self.deserted.append(f"worker {worker} ended by itself with code {process.returncode}")
                self.disturbances.append(Disturbance("killed", worker, time.time() - 1, time.time()))
                self._start(worker)

    def dismiss(self) -> None:
        """End all, in order where they can."""
        self.finish_all()
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(END_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()
