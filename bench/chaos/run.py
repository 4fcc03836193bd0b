"""One fault run: make a ward, let happen what the plan says, wait until all has drained, ask the checker."""

import argparse
import random
import secrets
import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.chaos import report
from bench.chaos.checker import Violation, check
from bench.chaos.crew import Crew
from bench.chaos.history import History
from bench.chaos.outside import Outside
from bench.chaos.plan import Plan, draw
from bench.ground import installation, relay_url

WHOLE_RUN = 290.0  # seconds of faults and of draining after them
HELD = 30.0  # seconds: the longest a claim is held: the weather hangs for 9 s, then it is worked off
WRITTEN = 3.0  # seconds: outcomes are written within a fraction of one, on a machine that is not as busy


def main() -> int:
    """Run once; returns the exit code: 1 when an invariant was broken."""
    asked = _arguments()
    print(f"seed {asked.seed}: faults for {asked.minutes:g} min, a lease is {asked.lease:g} s", flush=True)
    plan = draw(asked.seed, seconds=asked.minutes * 60, lease=asked.lease, batches=asked.batches)
    logs = Path(tempfile.mkdtemp(prefix="otayori-chaos-"))
    history, deserted = _run(asked, plan, logs / "workers.log")
    found = check(history)
    found.violations += [Violation("a worker ended by itself", one) for one in deserted]
    report.tell(history, found, plan)
    if found.violations:
        print(f"what the workers said: {logs / 'workers.log'}; again with --seed {asked.seed}")
        return 1
    shutil.rmtree(logs)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10_000), help="draws the faults")
    parser.add_argument(
        "--minutes", type=float, default=2.0, help="of faults; draining follows (%(default)s)"
    )
    parser.add_argument("--lease", type=float, default=20.0, help="seconds; the product has 90 (%(default)s)")
    parser.add_argument("--guardians", type=int, default=1_500)
    parser.add_argument("--batches", type=int, default=20)
    parser.add_argument("--deliveries", type=int, default=20_000)
    asked = parser.parse_args()
    if not 0 < asked.minutes <= 3:
        parser.error("--minutes: up to 3, so that the whole run stays below 5")
    return asked


def _run(asked: argparse.Namespace, plan: Plan, log: Path) -> tuple[History, list[str]]:
    """Everything on its own ground; returns what it left behind, and which workers ended by themselves."""
    with ExitStack() as stack:
        postgres = stack.enter_context(installation(relay_url(9)))  # workers get theirs
        from bench.chaos import stage, ward
        from bench.ward import fill
        from otayori.delivery import fallback

        fallback.MAIL_AFTER.update(ward.MAIL_AFTER)  # here mails get their time, by who releases
        fill(asked.guardians)
        dead = ward.dead_addresses(random.Random(asked.seed))
        outside = Outside(asked.seed, dead)
        stack.callback(outside.close)
        place = ward.gather(outside.push_origin)
        each = round(asked.deliveries / asked.batches * len(place.owners) / len(place.addresses))
        crew = Crew(outside.ports, asked.lease, log)
        stack.callback(crew.dismiss)
        crew.start_all()
        sending = stage.Sending(place, min(each, len(place.owners)), asked.seed)
        run = stage.Run(outside, postgres, crew, sending)
        end = time.monotonic() + WHOLE_RUN
        run.play(plan, asked.minutes * 60)
        run.drain(end)
        history = History(
            lease=asked.lease,
            held=HELD,
            written=WRITTEN,
            addresses=place.addresses,
            dead=dead,
            devices=place.devices,
            batches=sending.batches | ward.own_batches(sending.batches),
            cut=ward.cut(),
            readings=sending.readings,
            rows=ward.rows(),
            arrivals=[*outside.mail.arrivals, *outside.push.opened(place.phones)],
            refusals=[*outside.mail.refusals, *outside.push.refusals],
            disturbances=[*crew.disturbances, *run.crashes],
        )
        return history, crew.deserted
