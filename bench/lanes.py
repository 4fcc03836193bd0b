"""An emergency while 200,000 normal deliveries are on their way, beside the same emergency on an idle system.

And a mail domain that takes 5 seconds over each mail: how long the mails to all other domains take beside it.

.venv/bin/python -m bench.lanes --recipients 200000 --runs 5
"""

import time
from argparse import Namespace
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from bench import record
from bench.command import arguments
from bench.ground import calm, installation, relay_url, worker
from bench.mail_sinks import TallyingSink, smtp_sink, tallying_sink

if TYPE_CHECKING:  # Django is set up later
    from otayori.accounts.models import User

GOAL = 1.3
SIZES = (2_000, 20_000)
HEAD_START = 1.0  # seconds that the normal lane is at work before the emergency comes
SLOW_DOMAIN = "mail7.example"  # one of the eight of bench/ward.py
SLOW_WARD = 4_000
PATIENCE = 60.0  # seconds for what a slow domain holds up

Pairs = dict[int, list[tuple[float, float]]]  # size of the emergency -> seconds (idle, beside), run by run


def emergency(officer: "User", schools: int) -> float:
    """Seconds from the click to the last row of an emergency to so many schools."""
    from bench import release
    from bench.ward import A_SCHOOL
    from otayori.delivery.parcel import Urgency

    ready = release.draft(officer, release.schools(schools), Urgency.EMERGENCY)
    return release.settled(release.release(ready), schools * A_SCHOOL)


def during(officer: "User", schools: int, everybody: int) -> float:
    """The same while a normal message goes to everybody, which must still be going when it is done."""
    from bench import release

    normal = release.release(release.draft(officer, release.WARD))
    while not release.sent_of(normal.batch):
        time.sleep(0.05)
    time.sleep(HEAD_START)
    seconds = emergency(officer, schools)
    if not release.is_open(normal.batch):
        raise SystemExit("the normal message was through first: nothing was measured; take more --recipients")
    release.settled(normal, everybody)
    return seconds


def to_other_domains(sink: TallyingSink, officer: "User") -> float:
    """Seconds from the click until the sink has all mails but those to the slow domain."""
    from bench import release
    from bench.ward import DOMAINS
    from otayori.messaging import send

    others = SLOW_WARD * (DOMAINS - 1) // DOMAINS
    ready = release.draft(officer, release.WARD)
    released = release.release(ready)
    while sink.tally().accepted < others and time.monotonic() < released.clicked + PATIENCE:
        time.sleep(0.05)
    tally = sink.tally()
    send.stop(ready.access, released.message)
    return tally.last - released.clicked if tally.accepted >= others else PATIENCE


def measure_lanes(everybody: int, runs: int, sizes: Sequence[int]) -> Pairs:
    """Each size of emergency, idle and beside a normal message to everybody, in turn."""
    found: Pairs = {size: [] for size in sizes}
    with smtp_sink() as sink, installation(relay_url(sink.port)) as postgres:
        from bench.ward import A_SCHOOL, board_officer, fill

        fill(everybody)
        calm(postgres)
        officer = board_officer()
        with worker():
            for _ in range(runs):
                for size in sizes:
                    idle = emergency(officer, size // A_SCHOOL)
                    busy = during(officer, size // A_SCHOOL, everybody)
                    found[size].append((idle, busy))
                    print(f"emergency to {size:,}: idle {idle:.2f} s, beside {busy:.2f} s", flush=True)
                    time.sleep(2)
    return found


def measure_slow_domain() -> tuple[float, float]:
    """Seconds for the mails to all other domains: the slow domain quick, and slow. One ward, two workers."""
    with (
        tallying_sink() as quick,
        tallying_sink(slow_domain=SLOW_DOMAIN) as slow,
        installation(relay_url(quick.port)) as postgres,
    ):
        from bench.ward import board_officer, fill

        fill(SLOW_WARD)
        calm(postgres)
        officer = board_officer()
        with worker():
            alone = to_other_domains(quick, officer)
        with worker(OTAYORI_SMTP_URL=relay_url(slow.port)):
            held_up = to_other_domains(slow, officer)
    print(f"mails to other domains: {alone:.2f} s, beside a slow domain {held_up:.2f} s", flush=True)
    return alone, held_up


def report(asked: Namespace, found: Pairs, slow: tuple[float, float]) -> record.Part:
    everybody = asked.recipients
    figures, rows = [], []
    for size, runs in found.items():
        ratio = record.median([busy / idle for idle, busy in runs])
        name = f"emergency to {size:,} beside {everybody:,} normal ones, by the same on an idle system"
        figures.append(record.Figure(name, ratio, "x", GOAL))
        idle, busy = (record.spread(column) for column in zip(*runs, strict=True))
        rows.append([f"emergency to {size:,}", idle, busy])
    alone, held_up = slow
    note = f"not through after {PATIENCE:.0f} s" if held_up >= PATIENCE else ""
    name = f"{SLOW_WARD:,} mails, one domain of eight takes 5 s a mail: the last to another domain"
    figures.append(record.Figure(name, held_up, "s", note=note or f"without the slow one {alone:.2f} s"))
    rows.append([name, f"{alone:.2f}", f"{held_up:.2f}"])
    return record.Part(
        name="lanes",
        title="Lanes",
        how=f"A normal message to {everybody:,} guardians is released; a second after its first mail is out, "
        "an emergency goes to some of them, through the same worker, PostgreSQL and smtp-sink. The clock "
        f"runs from the emergency's click to its last settled row. {asked.runs} runs, idle and busy in turn. "
        "The slow domain is behind the sink of ours, one run.",
        figures=figures,
        head=["", "idle, s: median (range)", "beside, s: median (range)"],
        rows=rows,
    )


def main() -> None:
    parser = arguments(__doc__, recipients=200_000, runs=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="of emergencies, in 400s")
    asked = parser.parse_args()
    # Each in a process of its own: Django is set up once a process.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
        slow = processes.submit(measure_slow_domain).result()
        found = processes.submit(measure_lanes, asked.recipients, asked.runs, asked.sizes).result()
    record.save(report(asked, found, slow))


if __name__ == "__main__":
    main()
