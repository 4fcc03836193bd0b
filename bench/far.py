"""20,000 mails through a relay 20 ms away that takes 20 ms over each, with 50 and with 200 connections.

.venv/bin/python -m bench.far --recipients 20000 --runs 3 --connections 50 200
"""

import time
from argparse import Namespace
from typing import TYPE_CHECKING

from bench import record
from bench.command import arguments
from bench.ground import calm, installation, relay_url, worker
from bench.mail_sinks import TallyingSink, tallying_sink
from bench.processes import Meter

if TYPE_CHECKING:  # Django is set up later
    from otayori.accounts.models import User

GOALS = {50: 20.0, 200: 6.0}  # seconds for 20,000
REST = 1.0


def measure(sink: TallyingSink, officer: "User", *, count: int, connections: int, runs: int) -> list[float]:
    """Seconds from the click to the last settled row, run by run."""
    from bench import release

    found = []
    relay = relay_url(sink.port, connections=connections)
    with worker(OTAYORI_SMTP_URL=relay) as pid:
        meter = Meter({"worker": pid, "sink": sink.pid})
        for _ in range(runs):
            ready = release.draft(officer, release.WARD)
            time.sleep(REST)
            meter.start()
            released = release.release(ready)
            found.append(release.settled(released, count))
            cpu = ", ".join(f"{name} {seconds:.1f}" for name, seconds in meter.used().items())
            print(f"{connections} connections: {found[-1]:.2f} s (CPU {cpu})", flush=True)
    return found


def least(count: int, connections: int, asked: Namespace) -> float:
    """Seconds that the distance alone takes, one round trip and one acceptance a mail on each connection."""
    each = (asked.round_trip + asked.accept) / 1000
    return count / connections * each


def report(asked: Namespace, count: int, found: dict[int, list[float]]) -> record.Part:
    figures, rows = [], []
    for connections in asked.connections:
        name = f"{count:,} mails to a relay 20 ms away, {connections} connections"
        goal = GOALS[connections] * count / 20_000 if connections in GOALS else None
        runs = found[connections]
        figures.append(record.Figure(name, record.median(runs), "s", goal))
        rows.append([str(connections), record.spread(runs), f"{least(count, connections, asked):.2f}"])
    return record.Part(
        name="far",
        title=f"{count:,} mails through a far relay",
        how=f"As above, into a sink of ours (`bench/tally_sink.py`) that answers {asked.round_trip} ms late "
        f"(a round trip) and works {asked.accept} ms on each mail. The least is what the distance alone "
        "takes when each connection has one mail on its way and the next one's envelope goes with its text.",
        figures=figures,
        head=["connections", "click to last row, s: median (range)", "least, s"],
        rows=rows,
    )


def main() -> None:
    parser = arguments(__doc__, recipients=20_000, runs=3)
    parser.add_argument("--connections", type=int, nargs="+", default=[50, 200])
    parser.add_argument("--round-trip", type=int, default=20, help="milliseconds, default 20")
    parser.add_argument("--accept", type=int, default=20, help="milliseconds, default 20")
    asked = parser.parse_args()
    found: dict[int, list[float]] = {}
    with (
        tallying_sink(round_trip=asked.round_trip, accept=asked.accept) as sink,
        installation(relay_url(sink.port)) as postgres,
    ):
        from bench.ward import board_officer, fill

        fill(asked.recipients)
        calm(postgres)
        officer, count = board_officer(), asked.recipients
        for connections in asked.connections:
            found[connections] = measure(sink, officer, count=count, connections=connections, runs=asked.runs)
    record.save(report(asked, asked.recipients, found))


if __name__ == "__main__":
    main()
