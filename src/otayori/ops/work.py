"""Starts workers: one process, or several that share whatever is due."""

import sys

from otayori.core import clock
from otayori.delivery.bounces.collect import Collector
from otayori.delivery.worker import Chore, run
from otayori.messaging.attachments import clean_up, process
from otayori.messaging.schedule import release_due
from otayori.messaging.tell_staff import send_due
from otayori.ops.processes import Program, Supervisor

STOP_LIMIT = 15.0  # seconds that a worker gets to settle what it holds


def work(processes: int) -> None:
    """Work until SIGINT or SIGTERM."""
    if processes > 1:
        command = (sys.executable, "-m", "otayori.ops.cli", "worker")
        programs = [Program(f"worker {n + 1}", command, stop_limit=STOP_LIMIT) for n in range(processes)]
        Supervisor(programs).run()
        return
    run(
        [
            Chore("releasing what is scheduled", lambda: release_due(clock.now()), every=2.0),
            Chore("checking files", process.check_due, every=1.0),
            Chore("clearing files away", lambda: clean_up.clean_up(clock.now()), every=3600.0),
            Chore("telling staff", lambda: send_due(clock.now()), every=5.0),
            Chore("reading what came back", Collector().collect, every=60.0),
        ]
    )
