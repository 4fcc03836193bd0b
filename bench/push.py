"""20,000 pushes from the click to the last 201, beside a bare loop of encrypt and POST; armed and not.

.venv/bin/python -m bench.push --recipients 20000 --runs 5
"""

import json
import subprocess
import sys
import time
from argparse import Namespace
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import record
from bench.command import arguments
from bench.ground import calm, installation, relay_url, worker
from bench.mail_sinks import smtp_sink
from bench.processes import Meter
from bench.push_sinks import PushSink, push_sink

if TYPE_CHECKING:  # Django is set up later
    from otayori.accounts.models import User

REST = 1.0
ARM_AT_ONCE = 1000


@dataclass(frozen=True)
class Run:
    """Seconds, and CPU seconds: of the bare loop, or by process."""

    seconds: float
    cpu: dict[str, float]

    @property
    def ours(self) -> float:
        """All that is not the sink's."""
        return sum(seconds for name, seconds in self.cpu.items() if name != "sink")


def floor(sink: PushSink, count: int, *, armed: bool) -> Run:
    """The bare loop, in a process of its own."""
    from bench.release import TEXT, TITLE

    words = {"origin": sink.origin, "ca-file": sink.ca_file, "count": count, "title": TITLE, "text": TEXT}
    options = [f"--{name}={word}" for name, word in words.items()]
    command = [sys.executable, "-m", "bench.push_floor", *options]
    said = json.loads(subprocess.check_output([*command, *(["--armed"] if armed else [])]))
    if said["created"] != count:
        raise SystemExit(f"the bare loop got {said['created']} of {count} accepted")
    return Run(said["seconds"], {"bare loop": said["cpu"]})


def arm() -> None:
    """Prepare a push for each device, as workers do in idle time: at once, not when they next look."""
    from otayori.delivery import arming

    while arming.top_up(ARM_AT_ONCE) == ARM_AT_ONCE:
        pass


def disarm() -> None:
    """Throw away what was prepared."""
    from otayori.delivery.models import ArmedPush

    ArmedPush.objects.all().delete()


def ours(officer: "User", meter: Meter, count: int, *, armed: bool) -> Run:
    """One release to everybody."""
    from bench import release

    if armed:
        arm()
    ready = release.draft(officer, release.WARD)
    time.sleep(REST)
    if not armed:
        disarm()  # at the last moment: an idle worker arms again
    meter.start()
    released = release.release(ready)
    seconds = release.settled(released, count)
    return Run(seconds, meter.used() | {"release": released.cpu})


def measure(sink: PushSink, postgres: int, asked: Namespace) -> dict[str, list[Run]]:
    """Bare loop and ours in turn, each armed and not."""
    from bench.ward import board_officer

    count, officer = asked.recipients, board_officer()
    found: dict[str, list[Run]] = {"bare": [], "unarmed": [], "bare armed": [], "armed": []}
    with worker() as pid:
        meter = Meter({"worker": pid, "PostgreSQL": postgres, "sink": sink.pid})
        for _ in range(asked.runs):
            found["bare"].append(floor(sink, count, armed=False))
            found["unarmed"].append(ours(officer, meter, count, armed=False))
            found["bare armed"].append(floor(sink, count, armed=True))
            found["armed"].append(ours(officer, meter, count, armed=True))
            last = [
                f"{name} {runs[-1].seconds:.2f} s, CPU {runs[-1].ours:.2f} s" for name, runs in found.items()
            ]
            print("; ".join(last), flush=True)
    return found


def _ratio(found: dict[str, list[Run]], one: str, other: str, *names: str) -> float:
    """Median of the ratios of CPU, run by run; of all of ours, or of the processes named."""
    pairs = list(zip(found[one], found[other], strict=True))
    used = [sum(a.cpu[name] for name in names) if names else a.ours for a, _ in pairs]
    return record.median([seconds / b.ours for seconds, (_, b) in zip(used, pairs, strict=True)])


def report(count: int, found: dict[str, list[Run]], later: float) -> record.Part:
    rows = []
    for name, runs in found.items():
        cpu_of = {part: record.median([run.cpu[part] for run in runs]) for part in runs[0].cpu}
        parts = ", ".join(f"{part} {used:.2f}" for part, used in cpu_of.items())
        seconds, cpu = record.spread([run.seconds for run in runs]), record.spread([run.ours for run in runs])
        rows.append([name, seconds, cpu, parts])
    rows.append(["unarmed, service 100 ms away (once)", f"{later:.2f}", "", ""])
    return record.Part(
        name="push",
        title=f"{count:,} pushes",
        how="One message to as many devices of one push service on loopback: nginx, HTTP/2 over TLS, which "
        "passes each request on to an inner server that answers 201. The bare loop (`bench/push_floor.py`) "
        "encrypts and posts the same payload with the same code and nothing else. CPU of ours is that of the "
        "worker, of PostgreSQL and of the releasing process. Armed: what does not depend on the message was "
        f"prepared in idle time. {len(found['bare'])} runs in turn.",
        figures=[
            record.Figure(
                "CPU of ours, unarmed, by the bare loop's", _ratio(found, "unarmed", "bare"), "x", 1.3
            ),
            record.Figure(
                "the worker's CPU alone, unarmed, by the bare loop's",
                _ratio(found, "unarmed", "bare", "worker"),
                "x",
            ),
            record.Figure("CPU of ours, armed by unarmed", _ratio(found, "armed", "unarmed"), "x", 0.6),
            record.Figure("CPU of the bare loop, armed by unarmed", _ratio(found, "bare armed", "bare"), "x"),
        ],
        head=["", "s: median (range)", "CPU s: median (range)", "CPU by process"],
        rows=rows,
    )


def from_afar(officer: "User", count: int) -> float:
    """Once, to a push service that answers 100 ms late: seconds from the click."""
    from bench import release
    from bench.ward import A_SCHOOL, Channels, fill
    from otayori.delivery.models import Endpoint

    with push_sink(delay=100) as sink:
        Endpoint.objects.update(state=Endpoint.State.DISABLED)
        start = -(-count // A_SCHOOL) * A_SCHOOL
        fill(start + count, Channels(mail=False, push_origin=sink.origin), start=start)
        with worker(SSL_CERT_FILE=str(sink.ca_file)):
            return release.settled(release.release(release.draft(officer, release.WARD)), count)


def main() -> None:
    asked = arguments(__doc__, recipients=20_000).parse_args()
    with (
        smtp_sink() as relay,
        push_sink() as sink,
        installation(
            relay_url(relay.port), OTAYORI_PUSH_HOSTS="https://127.0.0.1", SSL_CERT_FILE=str(sink.ca_file)
        ) as postgres,
    ):
        from bench.ward import Channels, fill
        from otayori.accounts.models import User

        fill(asked.recipients, Channels(mail=False, push_origin=sink.origin))
        calm(postgres)
        assert postgres.pid is not None
        found = measure(sink, postgres.pid, asked)
        officer = User.objects.get(memberships__role="board_officer")
        later = from_afar(officer, asked.recipients)
    record.save(report(asked.recipients, found, later))


if __name__ == "__main__":
    main()
