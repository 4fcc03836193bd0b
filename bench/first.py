"""How soon the first mail of an emergency is out: from the click to its acceptance, 95th percentile of 20.

.venv/bin/python -m bench.first --recipients 20000 --runs 20
"""

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench import record
from bench.command import arguments
from bench.ground import calm, installation, relay_url, worker
from bench.mail_sinks import TallyingSink, tallying_sink

if TYPE_CHECKING:  # Django is set up later
    from otayori.accounts.models import User
    from otayori.messaging.audience import Target

GOAL = 500.0  # milliseconds
REST = 0.5  # seconds


def first(sink: TallyingSink, officer: "User", to: "Sequence[Target]", count: int) -> tuple[float, float]:
    """Milliseconds from the click to commit, and to the first acceptance at the sink."""
    from bench import release
    from otayori.delivery.parcel import Urgency

    ready = release.draft(officer, to, Urgency.EMERGENCY)
    sink.forget()
    time.sleep(REST)
    released = release.release(ready)
    release.settled(released, count)
    tally = sink.tally()
    if tally.accepted != count:
        raise SystemExit(f"the sink took {tally.accepted} of {count}")
    return (released.committed - released.clicked) * 1000, (tally.first - released.clicked) * 1000


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed: of 20, the second largest."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def report(found: dict[int, list[tuple[float, float]]]) -> record.Part:
    figures, rows = [], []
    for count, runs in found.items():
        committed, accepted = ([run[column] for run in runs] for column in (0, 1))
        name = f"first mail of an emergency to {count:,}, p95 of {len(runs)}"
        figures.append(record.Figure(name, p95(accepted), "ms", GOAL))
        columns = record.spread(committed, 0), record.spread(accepted, 0), f"{p95(accepted):.0f}"
        rows.append([f"{count:,}", *columns])
    return record.Part(
        name="first",
        title="First delivery",
        how="An emergency to one class, and to the whole ward. The clock runs from the call that the release "
        "button makes to the moment when the sink (ours: it notes when) has taken the first mail. The worker "
        "was idle; the releasing process is warm, as a web worker is.",
        figures=figures,
        head=["guardians", "committed, ms: median (range)", "first mail, ms: median (range)", "p95, ms"],
        rows=rows,
    )


def main() -> None:
    asked = arguments(__doc__, recipients=20_000, runs=20).parse_args()
    with tallying_sink() as sink, installation(relay_url(sink.port)) as postgres:
        from bench import release
        from bench.ward import A_CLASS, board_officer, fill

        fill(asked.recipients)
        calm(postgres)
        officer = board_officer()
        found: dict[int, list[tuple[float, float]]] = {}
        with worker():
            first(sink, officer, release.classroom(), A_CLASS)  # warms this process
            for count, to in ((A_CLASS, release.classroom()), (asked.recipients, release.WARD)):
                found[count] = [first(sink, officer, to, count) for _ in range(asked.runs)]
    record.save(report(found))


if __name__ == "__main__":
    main()
