"""An SMTP sink on loopback that can be far away or slow and counts what it takes; run as a process.

Distance is made by holding back answers: what one read brought is answered a round trip later, so that a
client which waits for each answer pays a round trip for each, and one that pipelines pays one. `--accept` is
the time the server works on a mail after its final dot; commands that came along wait for it, as everywhere.
"""

import argparse
import asyncio
import json
import time
from collections import deque
from typing import cast

import uvloop

HELLO = b"250-sink.example\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n"
END_OF_DATA = b"\r\n.\r\n"
SLOW = 5.0  # seconds it takes over a mail to the slow domain


class Desk:
    """What was taken, and how the sink behaves."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.round_trip = asked.round_trip / 1000
        self.accept = asked.accept / 1000
        self.slow_domain = f"@{asked.slow_domain}>".encode() if asked.slow_domain else b""
        self.forget()

    def forget(self) -> None:
        self.accepted, self.bytes, self.first, self.last = 0, 0, 0.0, 0.0

    def take(self, size: int, at: float) -> None:
        """Count a mail; those to the slow domain are not."""
        self.accepted += 1
        self.bytes += size
        self.first = self.first or at
        self.last = max(self.last, at)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        word = await reader.readline()
        tally = {name: getattr(self, name) for name in ("accepted", "bytes", "first", "last")}
        if word == b"forget\n":
            self.forget()
        writer.write(json.dumps(tally).encode() + b"\n")
        writer.close()


class Session(asyncio.Protocol):
    """One connection. The server works on one command after the other and is free again at `_free_at`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._loop = asyncio.get_running_loop()
        self._came = bytearray()
        self._in_data = self._is_slow = False
        self._free_at = 0.0
        self._answers: deque[tuple[float, bytes]] = deque()  # when each may arrive
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._free_at = time.monotonic()
        self._say(b"220 sink.example ESMTP\r\n")
        self._send()

    def data_received(self, data: bytes) -> None:
        self._came += data
        self._free_at = max(self._free_at, time.monotonic())
        while self._take_mail() if self._in_data else self._take_command():
            pass
        self._send()

    def _take_command(self) -> bool:
        end = self._came.find(b"\r\n")
        if end < 0:
            return False
        line = bytes(self._came[:end])
        verb = line[:4].upper()
        # the line end before the text stays: a mail may be nothing but its final dot
        del self._came[: end if verb == b"DATA" else end + 2]
        if verb == b"RCPT" and self._desk.slow_domain:
            self._is_slow = self._desk.slow_domain in line
        self._in_data = verb == b"DATA"
        answers = {b"EHLO": HELLO, b"DATA": b"354 go on\r\n", b"QUIT": b"221 2.0.0 bye\r\n"}
        self._say(answers.get(verb, b"250 2.0.0 ok\r\n"))
        return True

    def _take_mail(self) -> bool:
        end = self._came.find(END_OF_DATA)
        if end < 0:
            return False
        del self._came[: end + len(END_OF_DATA)]
        self._in_data = False
        self._free_at += SLOW if self._is_slow else self._desk.accept
        if not self._is_slow:
            self._desk.take(max(0, end - 2), self._free_at)
        self._say(b"250 2.0.0 taken\r\n")
        return True

    def _say(self, answer: bytes) -> None:
        self._answers.append((self._free_at + self._desk.round_trip, answer))

    def _send(self) -> None:
        """Write what is due in one go, and come back for the rest."""
        if self._timer is not None:
            self._timer.cancel()
        due, now = [], time.monotonic()
        while self._answers and self._answers[0][0] <= now:
            due.append(self._answers.popleft()[1])
        if due and not self._transport.is_closing():
            self._transport.write(b"".join(due))
            if due[-1].startswith(b"221"):
                self._transport.close()
        wait = self._answers[0][0] - now if self._answers else None
        self._timer = None if wait is None else self._loop.call_later(wait, self._send)


async def serve(asked: argparse.Namespace) -> None:
    """Serve until terminated."""
    desk = Desk(asked)
    loop = asyncio.get_running_loop()
    sessions = await loop.create_server(lambda: Session(desk), "127.0.0.1", asked.port, backlog=1000)
    answers = await asyncio.start_server(desk.answer, "127.0.0.1", asked.desk)
    await asyncio.gather(sessions.serve_forever(), answers.serve_forever())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--desk", type=int, required=True, help="port where the sink tells what it took")
    parser.add_argument("--round-trip", type=int, default=0, help="milliseconds")
    parser.add_argument("--accept", type=int, default=0, help="milliseconds")
    parser.add_argument("--slow-domain", default="", help=f"mails to it take {SLOW:.0f} s each")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
