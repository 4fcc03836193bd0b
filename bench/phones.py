"""Phones that open a message at times fixed beforehand, each over a connection of its own.

Open loop: a phone does not wait for the others, and what it waited for the server, the connection included,
counts from when it was due. Reads a plan (`Phone` as JSON lines) and writes what each request took, as JSON.
`python -m bench.phones --port 8000 --plan plan.jsonl`.
"""

import argparse
import asyncio
import json
import resource
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import uvloop

PATIENCE = 30.0  # seconds, as long as the app waits


@dataclass(frozen=True)
class Phone:
    """When somebody opens the message, in seconds from the start, and what the app then asks for, in turn."""

    due: float
    requests: list[tuple[str, str]]  # what it is, and its bytes


@dataclass(frozen=True)
class Answer:
    """How a request went: 0 is no answer at all."""

    what: str
    due: float
    took: float  # seconds; of the first request of a phone from when it was due
    status: int
    problem: str = ""


def save(plan: Iterable[Phone], file: Path) -> None:
    file.write_text("\n".join(json.dumps(asdict(phone)) for phone in plan))


def _load(file: Path) -> list[Phone]:
    return [Phone(**json.loads(line)) for line in file.read_text().splitlines()]


async def _open(phone: Phone, port: int, start: float, found: list[Answer]) -> None:
    """One phone: connects, asks, and hangs up."""
    begun = start + phone.due
    await asyncio.sleep(max(0.0, begun - time.monotonic()))
    writer = None
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for what, request in phone.requests:
                writer.write(request.encode())
                status = await _answer(reader)
                now = time.monotonic()
                found.append(Answer(what, phone.due, now - begun, status))
                begun = now
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as problem:
        found.append(Answer(phone.requests[0][0], phone.due, time.monotonic() - begun, 0, repr(problem)))
    finally:
        if writer is not None:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read a whole answer; its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    if status != 304:  # which has no body, whatever length it tells
        length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
        await reader.readexactly(int(length.partition(":")[2]))
    return status


async def _all(plan: list[Phone], port: int) -> list[Answer]:
    found: list[Answer] = []
    start = time.monotonic()
    async with asyncio.TaskGroup() as everybody:
        for phone in plan:
            everybody.create_task(_open(phone, port, start, found))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--plan", type=Path, required=True)
    asked = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a connection each
    found = uvloop.run(_all(_load(asked.plan), asked.port))
    print(json.dumps([asdict(answer) for answer in found]))


if __name__ == "__main__":
    main()
