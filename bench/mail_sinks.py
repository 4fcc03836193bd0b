"""Where mail ends: Postfix's smtp-sink, and a sink of ours that can be far away and tells what it took."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from bench.ground import HERE, free_port, wait_for_port

_AS_USER = ("-u", "postfix") if os.geteuid() == 0 else ()


@dataclass(frozen=True)
class Sink:
    """A running smtp-sink."""

    port: int
    pid: int
    counters: IO[bytes] | None = None

    def taken(self) -> int:
        """Return how many mails it took so far, if it counts."""
        assert self.counters is not None
        said = os.pread(self.counters.fileno(), 200, max(0, os.fstat(self.counters.fileno()).st_size - 200))
        count = said.rpartition(b"mesg=")[2].split(b" ")[0].strip()
        return int(count) if count.isdigit() else 0


@contextmanager
def smtp_sink(*, backlog: int = 500, counting: bool = False) -> Iterator[Sink]:
    """Run Postfix's smtp-sink on loopback. It takes every mail and keeps none.

    Counting costs it a write a mail: only where nothing else tells when the last one came.
    """
    port = free_port()
    command = ["/usr/sbin/smtp-sink", *_AS_USER, *(["-c"] if counting else [])]
    with TemporaryFile() as said:
        process = subprocess.Popen(
            [*command, f"127.0.0.1:{port}", str(backlog)],
            stdout=said if counting else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for_port(port)
            yield Sink(port, process.pid, said if counting else None)
        finally:
            process.terminate()
            process.wait(10)


@dataclass(frozen=True)
class Tally:
    """What the tallying sink took since it was last asked to forget. Times are CLOCK_MONOTONIC seconds."""

    accepted: int
    bytes: int  # between DATA's answer and the final dot, both excluded
    first: float
    last: float


@dataclass(frozen=True)
class TallyingSink:
    """A running bench.tally_sink."""

    port: int
    pid: int
    desk: int  # port where it answers for itself

    def tally(self) -> Tally:
        return Tally(**json.loads(self._ask(b"tally\n")))

    def forget(self) -> None:
        self._ask(b"forget\n")

    def _ask(self, word: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.desk), timeout=5) as desk:
            desk.sendall(word)
            return desk.makefile("rb").readline()


@contextmanager
def tallying_sink(*, round_trip: int = 0, accept: int = 0, slow_domain: str = "") -> Iterator[TallyingSink]:
    """Run the sink of `bench.tally_sink`, `round_trip` and `accept` in milliseconds."""
    port, desk = free_port(), free_port()
    options = {
        "port": port, "desk": desk, "round-trip": round_trip, "accept": accept, "slow-domain": slow_domain,
    }  # fmt: skip
    words = [f"--{name}={value}" for name, value in options.items()]
    process = subprocess.Popen([sys.executable, "-m", "bench.tally_sink", *words], cwd=HERE)
    try:
        wait_for_port(desk)
        yield TallyingSink(port, process.pid, desk)
    finally:
        process.terminate()
        process.wait(10)


def smtp_source(port: int, *, count: int, payload: int, sessions: int = 50) -> float:
    """Seconds that Postfix's smtp-source takes for `count` mails of `payload` bytes and its own headers.

    `-d` keeps its connections open, as ours are; without it it takes two to three times as long.
    """
    words = ("-d", "-s", str(sessions), "-m", str(count), "-l", str(payload))
    begun = time.perf_counter()
    subprocess.run(
        ["/usr/sbin/smtp-source", *words, f"127.0.0.1:{port}"], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - begun
