"""What processes use, as the kernel counts it: CPU seconds and memory of a process and its children."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PARENT, _CPU, _RESIDENT = 1, slice(11, 15), 21  # fields of /proc/<pid>/stat after the name, from 0


def cpu_seconds_of(pid: int) -> float:
    """Return user and system seconds of a process, its children that ended, and its children that live.

    PostgreSQL starts a process a connection: those that came and went count too.
    """
    return sum(sum(int(ticks) for ticks in fields[_CPU]) for fields in _family(pid)) / _TICKS


def memory_of(pid: int) -> float:
    """Return the MB that a process and its living children hold now (resident)."""
    return sum(int(fields[_RESIDENT]) for fields in _family(pid)) * _PAGE / 1024**2


def _family(pid: int) -> list[list[str]]:
    everybody = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            everybody[int(folder.name)] = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # ended just now
            continue
    found, ahead = [], [pid]
    while ahead:
        parent = ahead.pop()
        if parent in everybody:
            found.append(everybody[parent])
        ahead += [child for child, fields in everybody.items() if int(fields[_PARENT]) == parent]
    return found


class Meter:
    """CPU seconds that named processes use from `start` on."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = pids
        self.start()

    def start(self) -> None:
        self._before = {name: cpu_seconds_of(pid) for name, pid in self._pids.items()}

    def used(self) -> dict[str, float]:
        return {name: cpu_seconds_of(pid) - self._before[name] for name, pid in self._pids.items()}


class MemoryWatch(threading.Thread):
    """Samples the memory of a process while the `with` block runs: `samples`, in MB."""

    EVERY = 0.25  # seconds

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.samples: list[float] = []
        self._pid = pid
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(self.EVERY):
            self.samples.append(memory_of(self._pid))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self.join()
