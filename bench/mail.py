"""20,000 mails from the click to the last status row, beside Postfix's own smtp-source with the same bytes.

.venv/bin/python -m bench.mail --recipients 20000 --runs 5
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import record
from bench.command import arguments
from bench.ground import calm, installation, relay_url, worker
from bench.mail_sinks import Sink, smtp_sink, smtp_source, tallying_sink
from bench.processes import MemoryWatch, Meter

if TYPE_CHECKING:  # Django is set up later
    from otayori.accounts.models import User

REST = 1.0  # seconds between one and the other, so that neither works off what the other left


@dataclass(frozen=True)
class Run:
    """Seconds, and CPU seconds by process."""

    plain: float
    committed: float
    settled: float
    cpu: dict[str, float]

    @property
    def ratio(self) -> float:
        return self.settled / self.plain

    @property
    def ours(self) -> float:
        """All that is not the sink's."""
        return sum(seconds for name, seconds in self.cpu.items() if name != "sink")


def payload_of_a_mail(officer: "User") -> int:
    """The `-l` with which smtp-source's mails are as large as ours: both are weighed at a sink of ours."""
    from bench import release

    with tallying_sink() as sink, worker(OTAYORI_SMTP_URL=relay_url(sink.port)):
        smtp_source(sink.port, count=1, payload=1000, sessions=1)
        headers = sink.tally().bytes - 1000
        sink.forget()
        done = release.release(release.draft(officer, release.classroom()))
        release.settled(done, 40)
        tally = sink.tally()
    return tally.bytes // tally.accepted - headers


def measure(sink: Sink, count: int, *, runs: int, postgres: int) -> tuple[list[Run], float, int]:
    """Theirs and ours in turn; returns the runs, the most memory the worker held, and the payload."""
    from bench import release
    from bench.ward import board_officer

    officer, found = board_officer(), []
    payload = payload_of_a_mail(officer)
    with worker() as pid, MemoryWatch(pid) as memory:
        meter = Meter({"worker": pid, "PostgreSQL": postgres, "sink": sink.pid})
        for _ in range(runs):
            time.sleep(REST)
            plain = smtp_source(sink.port, count=count, payload=payload)
            ready = release.draft(officer, release.WARD)
            time.sleep(REST)
            meter.start()
            released = release.release(ready)
            seconds = release.settled(released, count)
            cpu = meter.used() | {"release": released.cpu}
            found.append(Run(plain, released.committed - released.clicked, seconds, cpu))
            print(f"ours {seconds:.2f} s, smtp-source {plain:.2f} s, {found[-1].ratio:.2f}x", flush=True)
    return found, max(memory.samples), payload


def report(count: int, runs: list[Run], memory: float, payload: int) -> record.Part:
    ratio = record.median([run.ratio for run in runs])
    cpu = {name: record.median([run.cpu[name] for run in runs]) for name in runs[0].cpu}
    names = ", ".join(f"{name} {seconds:.2f}" for name, seconds in cpu.items() if name != "sink")
    return record.Part(
        name="mail",
        title=f"{count:,} mails through a near relay",
        how="One message of the board to the whole ward, by one worker, into Postfix's smtp-sink. The clock "
        "runs from the call that the release button makes to the moment when every delivery row says sent. "
        f"`smtp-source -d -s 50` sends as many mails of as many bytes ({payload:,} and its headers) into the "
        f"same sink, in turn with ours. {len(runs)} runs.",
        figures=[
            record.Figure(f"{count:,} mails, click to last row, by smtp-source's time", ratio, "x", 2.0),
            record.Figure(
                "CPU of ours", record.median([run.ours for run in runs]), "CPU s", 4.0 * count / 20_000, names
            ),
            record.Figure("most memory of the worker", memory, "MB", 300),
        ],
        head=["", "seconds: median (range)"],
        rows=[
            ["click to committed", record.spread([run.committed for run in runs])],
            ["click to last row settled", record.spread([run.settled for run in runs])],
            ["smtp-source", record.spread([run.plain for run in runs])],
            ["ratio, run by run", record.spread([run.ratio for run in runs])],
            *([f"CPU of {name}", record.spread([run.cpu[name] for run in runs])] for name in cpu),
        ],
    )


def main() -> None:
    asked = arguments(__doc__, recipients=20_000).parse_args()
    with smtp_sink() as sink, installation(relay_url(sink.port)) as postgres:
        from bench.ward import fill

        fill(asked.recipients)
        calm(postgres)
        assert postgres.pid is not None
        found, memory, payload = measure(sink, asked.recipients, runs=asked.runs, postgres=postgres.pid)
    record.save(report(asked.recipients, found, memory, payload))


if __name__ == "__main__":
    main()
