"""20,000, 200,000 and 1,000,000 recipients: seconds for each, and the worker's memory over the time.

.venv/bin/python -m bench.scale --sizes 20000 200000 1000000
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import record
from bench.command import arguments
from bench.ground import calm, installation, relay_url, worker
from bench.mail_sinks import smtp_sink
from bench.processes import MemoryWatch, Meter

if TYPE_CHECKING:  # Django is set up later
    from otayori.accounts.models import User

SIZES = (20_000, 200_000, 1_000_000)
WITHIN = 3600.0  # seconds


@dataclass(frozen=True)
class Run:
    """Seconds, CPU seconds of worker and PostgreSQL, and what the worker held in MB, sampled."""

    committed: float
    settled: float
    cpu: float
    memory: list[float]


def runs_of(size: int, runs: int) -> int:
    """A million takes minutes and is steady: one run; small ones are many."""
    return 1 if size >= 1_000_000 else min(runs, 3) if size >= 200_000 else runs


def measure(officer: "User", postgres: int, size: int, runs: int) -> list[Run]:
    """Releases to everybody there is."""
    from bench import release

    found = []
    for _ in range(runs):
        with worker() as pid:
            ready = release.draft(officer, release.WARD)
            meter = Meter({"worker": pid, "PostgreSQL": postgres})
            with MemoryWatch(pid) as watch:
                released = release.release(ready)
                seconds = release.settled(released, size, within=WITHIN)
            cpu = sum(meter.used().values()) + released.cpu
        found.append(Run(released.committed - released.clicked, seconds, cpu, watch.samples))
        print(f"{size:,}: {seconds:.1f} s, CPU {cpu:.1f} s, memory {max(watch.samples):.0f} MB", flush=True)
    return found


def drift(samples: list[float]) -> float:
    """How much larger the worker is at most than halfway through, in per cent."""
    half = samples[len(samples) // 2]
    return (max(samples) / half - 1) * 100


def report(found: dict[int, list[Run]]) -> record.Part:
    each = {n: record.median([run.settled for run in runs]) / n for n, runs in found.items()}
    cpu = {n: record.median([run.cpu for run in runs]) / n for n, runs in found.items()}
    most = {n: max(max(run.memory) for run in runs) for n, runs in found.items()}
    small, large = min(found), max(found)
    note = f"{small:,}: {each[small] * 1e6:.0f} µs, {large:,}: {each[large] * 1e6:.0f} µs"
    growth = (most[large] / most[small] - 1) * 100
    memory = f"{most[small]:.0f} MB and {most[large]:.0f} MB"
    rows = []
    for n, runs in found.items():
        seconds = ([run.committed for run in runs], [run.settled for run in runs])
        columns = f"{each[n] * 1e6:.0f}", f"{cpu[n] * 1e6:.0f}", f"{most[n]:.0f}"
        rows.append([f"{n:,}", str(len(runs)), *(record.spread(one, 1) for one in seconds), *columns])
    return record.Part(
        name="scale",
        title="From 20,000 to a million",
        how="One message to everybody in a ward of that size, mail into smtp-sink, one worker, from the "
        "click to the last settled row. The ward grows in one database. The worker's memory is sampled four "
        "times a second.",
        figures=[
            record.Figure(
                f"time for each of {large:,} by that at {small:,}", each[large] / each[small], "x", 1.2, note
            ),
            record.Figure(f"worker's memory at {large:,} above that at {small:,}", growth, "%", 20, memory),
            record.Figure("its growth in the second half of that", drift(found[large][-1].memory), "%", 20),
        ],
        head=["recipients", "runs", "committed, s", "settled, s", "µs each", "CPU µs each", "worker MB"],
        rows=rows,
    )


def main() -> None:
    parser = arguments(__doc__, recipients=SIZES[-1])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="in 400s, rising")
    asked = parser.parse_args()
    found: dict[int, list[Run]] = {}
    with smtp_sink() as sink, installation(relay_url(sink.port)) as postgres:
        from bench.ward import board_officer, fill

        assert postgres.pid is not None
        officer, there = None, 0
        for size in asked.sizes:
            begun = time.monotonic()
            fill(size, start=there)
            calm(postgres)
            print(f"filled to {size:,} in {time.monotonic() - begun:.0f} s", flush=True)
            officer, there = officer or board_officer(), size
            found[size] = measure(officer, postgres.pid, size, runs_of(size, asked.runs))
    record.save(report(found))


if __name__ == "__main__":
    main()
