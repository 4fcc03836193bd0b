"""20,000 phones get a push, and 12,000 of them open it within two minutes: what the server takes for each.

.venv/bin/python -m bench.opens --recipients 20000
"""

import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import phones, record
from bench.command import arguments
from bench.ground import HERE, READY_WITHIN, calm, free_port, installation, relay_url, wait_for_port, worker
from bench.processes import Meter
from bench.push_sinks import push_sink

if TYPE_CHECKING:  # Django is set up later
    from uuid import UUID

    from bench.apps import App

GOAL = 200.0  # milliseconds, 99 of 100 receipts
OPEN = 0.6  # of those who get the push
MINUTES_2, PEAK = 120.0, 30.0  # seconds in which they open it; the first of these are three times as busy
AFTER_THE_CLICK = 2.0  # seconds: the first phone has shown it, somebody has looked
SEED = 4


@dataclass(frozen=True)
class Morning:
    """What a release and its openings came to."""

    answers: list[dict[str, Any]]  # phones.Answer
    pushed: float  # seconds from the click to the last push
    cpu: dict[str, float]
    seconds: float


@contextmanager
def web(*command: str) -> Iterator[tuple[int, int]]:
    """Run a web server; its pid and port."""
    port = free_port()
    process = subprocess.Popen([*command, f"--port={port}"], cwd=HERE)
    try:
        wait_for_port(port, READY_WITHIN)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(40)


def arrivals(count: int, seconds: float) -> list[float]:
    """When each of `count` people opens it: half of them in the first quarter of the time."""
    chance = random.Random(SEED)  # the same each time
    peak = seconds * PEAK / MINUTES_2
    soon = [chance.uniform(0, peak) for _ in range(count // 2)]
    return sorted(soon + [chance.uniform(peak, seconds) for _ in range(count - count // 2)])


def opening(app: "App", port: int, message: "UUID", version: str) -> list[tuple[str, str]]:
    """What an app asks the server for that opens a message kept on the device some minutes ago."""
    asked = {"Service-Worker": "script", "If-None-Match": version}  # the device has the app
    return [
        ("receipt", app.post(port, "/queue", app.body(app.items(message)))),
        ("app's version", app.get(port, "/sw.js", asked)),
    ]


def version_of(port: int) -> str:
    """The version of the app that is on the devices: its ETag."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sw.js") as answer:
        return str(answer.headers["ETag"])


def morning(apps: Sequence["App"], port: int, meter: Meter, seconds: float) -> Morning:
    """Release to everybody; while the worker pushes, people open what came."""
    from bench import release
    from bench.ward import board_officer

    ready = release.draft(board_officer(), release.WARD)
    openers = random.Random(SEED).sample(list(apps), round(len(apps) * OPEN))
    due, version = arrivals(len(openers), seconds), version_of(port)
    with tempfile.TemporaryDirectory(prefix="otayori-opens-") as folder:
        plan = Path(folder) / "plan.jsonl"
        phones.save(
            (phones.Phone(AFTER_THE_CLICK + at, opening(app, port, ready.message.id, version))
             for at, app in zip(due, openers, strict=True)),
            plan,
        )  # fmt: skip
        before = _children()
        meter.start()
        released = release.release(ready)
        begun = time.monotonic()
        command = [sys.executable, "-m", "bench.phones", f"--port={port}", f"--plan={plan}"]
        with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE) as opened:
            pushed = release.settled(released, len(apps))
            said, _ = opened.communicate()
        used = meter.used() | {"phones": _children() - before}
        return Morning(json.loads(said), pushed, used, time.monotonic() - begun)


def _children() -> float:
    """CPU seconds of our processes that have ended: while the phones are out, no others do."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def wrk(port: int, path: str, seconds: int, *more: str) -> float:
    """Requests a second that `wrk` gets answered over 16 kept connections. All must be answered well."""
    command = ["wrk", "-t2", "-c16", f"-d{seconds}s", *more[:2], f"http://127.0.0.1:{port}{path}", *more[2:]]
    said = subprocess.run(command, cwd=HERE, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(said)
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found
    return float(found[1])


def as_fast_as_it_goes(port: int, apps: Sequence["App"], asked: Namespace) -> dict[str, list[float]]:
    """Requests a second, run by run: a server that says hello, ours without a database, and receipts."""
    from bench.apps import save_rows
    from otayori.messaging.models import Message, Recipient

    message = Message.objects.get().id
    found: dict[str, list[float]] = {"hello": [], "/health": [], "/manifest.webmanifest": [], "receipts": []}
    with (
        tempfile.TemporaryDirectory(prefix="otayori-opens-") as folder,
        web(sys.executable, "-m", "bench.hello") as (_pid, hello),
    ):
        rows = Path(folder) / "rows"
        save_rows(apps, message, rows)
        for _ in range(asked.runs):
            Recipient.objects.update(read_at=None, read_version=0)
            found["hello"].append(wrk(hello, "/", asked.seconds))
            for path in ("/health", "/manifest.webmanifest"):
                found[path].append(wrk(port, path, asked.seconds))
            script = ("-s", "bench/opens.lua", "--", str(rows))
            found["receipts"].append(wrk(port, "/queue", asked.seconds, *script))
            print("; ".join(f"{name} {rates[-1]:,.0f}/s" for name, rates in found.items()), flush=True)
    return found


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not pass."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def _took(answers: Sequence[dict[str, Any]], what: str, until: float) -> list[float]:
    """Milliseconds of these requests, of phones due before `until`; sorted."""
    kept = (a["took"] * 1000 for a in answers if a["what"] == what and a["due"] < AFTER_THE_CLICK + until)
    return sorted(kept)


def _row(name: str, took: Sequence[float]) -> list[str]:
    shares = [percentile(took, share) for share in (0.5, 0.95, 0.99)]
    return [name, f"{len(took):,}", *(f"{value:,.0f}" for value in (*shares, took[-1]))]


def _per_phone(came: Morning, opened: int) -> float:
    """Milliseconds of CPU for each that opened; what PostgreSQL does for the pushes is in it."""
    return (came.cpu["web"] + came.cpu["PostgreSQL"]) * 1000 / opened


def report(
    count: int, came: Morning, rates: dict[str, list[float]], costs: tuple[int, int], seconds: float
) -> record.Part:
    peak = seconds * PEAK / MINUTES_2
    rows = []
    for what in dict.fromkeys(answer["what"] for answer in came.answers):
        rows.append(_row(what, _took(came.answers, what, seconds)))
        rows.append(_row(f"{what}, in the first {peak:.0f} s", _took(came.answers, what, peak)))
    p99 = percentile(_took(came.answers, "receipt", seconds), 0.99)
    cpu = ", ".join(f"{name} {used:.1f}" for name, used in came.cpu.items())
    speeds = ", ".join(f"{name} {record.median(found):,.0f}" for name, found in rates.items())
    ratios = [hello / ours for hello, ours in zip(rates["hello"], rates["receipts"], strict=True)]
    opened = round(count * OPEN)
    return record.Part(
        name="opens",
        title=f"{opened:,} openings beside {count:,} pushes",
        how=f"One message goes to {count:,} phones by a real worker and a push service on loopback, and "
        f"{OPEN:.0%} of the guardians open it within {seconds:.0f} s, half in the first {peak:.0f} s. "
        "Each phone connects anew (a proxy in front would keep connections) and sends what the app sends: "
        "the receipt (with when the push came and that the app was opened); its browser asks whether there "
        "is a newer version of the app. Times of opening "
        "are fixed beforehand; a receipt's time counts from then, connecting included. Web server as "
        "`otayori web` starts it. Phones, worker, PostgreSQL and web server share the machine. "
        f"Beside it `wrk` with 16 connections, requests/s: {speeds}. hello is a bare WSGI function.",
        figures=[
            record.Figure(f"99 of 100 receipts while {count:,} phones get a push", p99, "ms", GOAL),
            record.Figure("the same, the slowest", _took(came.answers, "receipt", seconds)[-1], "ms"),
            record.Figure("from the click to the last push beside it", came.pushed, "s", 60.0),
            record.Figure("receipts/s", record.median(rates["receipts"]), "/s"),
            record.Figure("hello/s by receipts/s", record.median(ratios), "x"),
            record.Figure("statements of a receipt", float(costs[0]), "statements"),
            record.Figure("statements of a receipt with arrived and seen", float(costs[1]), "statements"),
            record.Figure("CPU a phone", _per_phone(came, opened), "ms", note="web server and PostgreSQL"),
            record.Figure("CPU in use", sum(came.cpu.values()) / came.seconds * 100, "%", note=f"s: {cpu}"),
        ],
        head=["", "requests", "median ms", "95 of 100", "99 of 100", "slowest"],
        rows=rows,
    )


def main() -> None:
    parser = arguments(__doc__, recipients=20_000, runs=3)
    parser.add_argument("--seconds", type=int, default=8, help="of each run of wrk")
    parser.add_argument("--within", type=float, default=MINUTES_2, help="seconds in which people open it")
    asked = parser.parse_args()
    otayori = str(Path(sys.executable).with_name("otayori"))
    with (
        push_sink() as sink,
        installation(
            relay_url(9), OTAYORI_PUSH_HOSTS="https://127.0.0.1", SSL_CERT_FILE=str(sink.ca_file)
        ) as postgres,
    ):
        from bench.apps import sign_in_everybody, statements
        from bench.ward import Channels, fill

        fill(asked.recipients, Channels(mail=False, push_origin=sink.origin))
        apps = sign_in_everybody()
        calm(postgres)
        assert postgres.pid is not None
        with web(otayori, "web") as (pid, port):
            with worker() as sender:
                meter = Meter({"web": pid, "worker": sender, "PostgreSQL": postgres.pid, "sink": sink.pid})
                came = morning(apps, port, meter, asked.within)
            failed = [answer for answer in came.answers if answer["status"] not in (200, 304)]
            if failed:
                raise SystemExit(f"{len(failed)} of {len(came.answers)} requests failed, such as {failed[0]}")
            from otayori.messaging.models import Message, Recipient

            message = Message.objects.get().id
            unread = Recipient.objects.filter(read_at=None).count()
            if unread != asked.recipients - round(asked.recipients * OPEN):
                raise SystemExit(f"{unread} of {asked.recipients} unread: receipts were lost")
            rates = as_fast_as_it_goes(port, apps, asked)
        Recipient.objects.update(read_at=None, read_version=0)
        receipt, everything = (
            statements(app, "/queue", app.body(items))
            for app, items in zip(apps, (apps[0].items(message)[1:2], apps[1].items(message)), strict=False)
        )
    record.save(report(asked.recipients, came, rates, (receipt, everything), asked.within))


if __name__ == "__main__":
    main()
