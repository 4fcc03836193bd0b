"""What a worker with nothing to do uses, over a minute.

.venv/bin/python -m bench.idle --seconds 60
"""

import time

from bench import record
from bench.command import arguments
from bench.ground import calm, installation, relay_url, worker
from bench.mail_sinks import smtp_sink
from bench.processes import Meter, cpu_seconds_of
from bench.push_sinks import push_sink

CALM = 0.05  # of a core, over `LOOK`: below it the worker has put its things in order
LOOK = 5.0  # seconds
CALM_WITHIN = 300.0


def wait_until_calm(pid: int, devices: int) -> float:
    """Wait for what a worker prepares in idle time; returns the seconds that took."""
    from otayori.delivery.models import ArmedPush

    begun = time.monotonic()
    while time.monotonic() - begun < CALM_WITHIN:
        if ArmedPush.objects.count() < devices:
            time.sleep(1)
            continue
        before = cpu_seconds_of(pid)
        time.sleep(LOOK)
        if cpu_seconds_of(pid) - before < CALM * LOOK:
            return time.monotonic() - begun - LOOK
    raise SystemExit(f"the worker was still busy after {CALM_WITHIN:.0f} s")


def main() -> None:
    parser = arguments(__doc__, recipients=20_000, runs=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    with (
        smtp_sink() as sink,
        push_sink() as service,
        installation(
            relay_url(sink.port),
            OTAYORI_PUSH_HOSTS="https://127.0.0.1",
            SSL_CERT_FILE=str(service.ca_file),
        ) as postgres,
    ):
        from bench import release
        from bench.ward import Channels, board_officer, fill

        fill(asked.recipients, Channels(push_origin=service.origin))
        calm(postgres)
        assert postgres.pid is not None
        with worker() as pid:
            done = release.release(release.draft(board_officer(), release.classroom()))
            release.settled(done, 40)  # it has worked, and its connections are open
            ready = wait_until_calm(pid, asked.recipients)
            meter = Meter({"worker": pid, "PostgreSQL": postgres.pid})
            time.sleep(asked.seconds)
            cpu = meter.used()
    share = {name: seconds / asked.seconds * 100 for name, seconds in cpu.items()}
    record.save(
        record.Part(
            name="idle",
            title="Nothing to do",
            how=f"A worker of a ward with {asked.recipients:,} mail addresses and as many devices, after a "
            f"message to one class and {ready:.0f} s to put its things in order; over {asked.seconds:.0f} s.",
            figures=[
                record.Figure("an idle worker, of a core", share["worker"], "%", 1.0),
                record.Figure("PostgreSQL meanwhile, of a core", share["PostgreSQL"], "%"),
            ],
        )
    )


if __name__ == "__main__":
    main()
