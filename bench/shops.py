"""What a Python shop would do instead, into the same smtp-sink: Django's mail, django-post_office, Celery.

.venv/bin/python -m bench.shops --recipients 20000 --shop-mails 2000
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context

from bench import record
from bench.command import arguments
from bench.ground import HERE, calm, free_port, installation, relay_url, wait_for_port
from bench.mail_sinks import Sink, smtp_sink
from otayori.ops.postgres import temporary_postgres

WITHIN = 300.0  # seconds


@dataclass(frozen=True)
class Shop:
    """A way to send, where it is installed."""

    name: str
    needs: str  # module
    run: Callable[[Sink, int, dict[str, str]], float]  # seconds for so many mails


def _plain(way: str) -> Callable[[Sink, int, dict[str, str]], float]:
    def run(_sink: Sink, _count: int, environment: dict[str, str]) -> float:
        command = [sys.executable, "-m", "bench.shop", way]
        return float(subprocess.check_output(command, cwd=HERE, env=environment))

    return run


def _celery(sink: Sink, count: int, environment: dict[str, str]) -> float:
    """A real worker with two processes; from the first task queued to the last mail at the sink."""
    with _broker() as broker:
        environment = environment | {"BENCH_BROKER": broker}
        options = ["--concurrency=2", "--loglevel=ERROR", "--without-gossip", "--without-mingle"]
        command = [sys.executable, "-m", "celery", "-A", "bench.shop_celery", "worker", *options]
        worker = subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.DEVNULL)
        try:
            _queue(1, environment)
            _wait_for(sink, sink.taken() + 1)
            before = sink.taken()
            begun = _queue(count, environment)
            _wait_for(sink, before + count)
            return time.monotonic() - begun
        finally:
            worker.terminate()
            worker.wait(30)


def _queue(count: int, environment: dict[str, str]) -> float:
    """Queue so many mails; returns when that began."""
    command = [sys.executable, "-m", "bench.shop_celery", str(count)]
    return float(subprocess.check_output(command, cwd=HERE, env=environment))


def _wait_for(sink: Sink, count: int) -> None:
    give_up = time.monotonic() + WITHIN
    while sink.taken() < count:
        if time.monotonic() > give_up:
            raise SystemExit(f"the sink took {sink.taken()} of {count}")
        time.sleep(0.02)


@contextmanager
def _broker() -> Iterator[str]:
    """Redis where it is installed, else a folder."""
    with tempfile.TemporaryDirectory(prefix="otayori-broker-") as folder:
        program = shutil.which("redis-server")
        if program is None:
            yield folder
            return
        port = free_port()
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        redis = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        try:
            wait_for_port(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            redis.terminate()
            redis.wait(10)


SHOPS = (
    Shop("Django, one connection", "django", _plain("django-one")),
    Shop("Django, a connection a mail", "django", _plain("django-each")),
    Shop("django-post_office", "post_office", _plain("post-office")),
    Shop("Celery, a task a mail, two processes", "celery", _celery),
)


def measure_ours(port: int, pid: int, count: int, runs: int) -> tuple[list[float], int]:
    """Seconds from click to last row, and the bytes of a mail."""
    from bench import mail

    with installation(relay_url(port)) as postgres:
        from bench.ward import fill

        fill(count)
        calm(postgres)
        assert postgres.pid is not None
        found, _, payload = mail.measure(Sink(port, pid), count, runs=runs, postgres=postgres.pid)
    return [run.settled for run in found], payload


def measure_shops(sink: Sink, count: int, payload: int) -> dict[str, float | None]:
    """Milliseconds a mail; None where something is not installed."""
    found: dict[str, float | None] = {}
    with temporary_postgres() as postgres:
        environment = os.environ | {
            "BENCH_SMTP_PORT": str(sink.port),
            "BENCH_DATABASE_URL": postgres.url(),
            "BENCH_MAIL_BYTES": str(payload),
            "BENCH_MAILS": str(count),
        }
        for shop in SHOPS:
            if find_spec(shop.needs) is None:
                print(f"{shop.name}: skipped, {shop.needs} is not installed")
                found[shop.name] = None
                continue
            found[shop.name] = shop.run(sink, count, environment) / count * 1000
            print(f"{shop.name}: {found[shop.name]:.2f} ms a mail", flush=True)
    return found


def report(asked: Namespace, ours: list[float], shops: dict[str, float | None]) -> record.Part:
    count, mails = asked.recipients, asked.shop_mails
    mine = record.median(ours) / count * 1000
    broker = "Redis" if shutil.which("redis-server") else "a folder as its broker"
    rows = [["Otayori, one worker", f"{mine:.3f}", f"{mine * 20:.1f}", "1"]]
    figures = []
    for name, each in shops.items():
        if each is None:
            note = "not installed: the extra `bench` of pyproject.toml"
            figures.append(record.Figure(f"{name}, by ours", None, "x", note=note))
            continue
        figures.append(record.Figure(f"{name}, by ours", each / mine, "x"))
        rows.append([name, f"{each:.2f}", f"{each * 20:.0f}", f"{each / mine:.0f}"])
    return record.Part(
        name="shops",
        title="What a Python shop would do instead",
        how=f"The same smtp-sink, machine and minute. Ours: {count:,} mails from the click to the last "
        f"status row. The others: {mails:,} mails of about as many bytes, text alone, from the first line of "
        "code to the last mail handed over, with no ledger but post_office's own queue. Celery has a "
        f"real worker with two processes and {broker}.",
        figures=figures,
        head=["", "ms a mail", "s for 20,000", "by ours"],
        rows=rows,
    )


def main() -> None:
    parser = arguments(__doc__, recipients=20_000, runs=3)
    parser.add_argument("--shop-mails", type=int, default=2_000)
    asked = parser.parse_args()
    with smtp_sink(counting=True) as sink, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        ours, payload = process.submit(
            measure_ours, sink.port, sink.pid, asked.recipients, asked.runs
        ).result()
        shops = measure_shops(sink, asked.shop_mails, payload)
    record.save(report(asked, ours, shops))


if __name__ == "__main__":
    main()
