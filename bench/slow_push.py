"""An HTTP/1.1 server on loopback that answers each POST with 201 after a delay: `python -m bench.slow_push`.

Stands behind nginx, which speaks HTTP/2 and TLS, and sends one request at a time on each connection.
"""

import argparse
import asyncio
import re
from functools import partial
from typing import cast

import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"


class Exchange(asyncio.Protocol):
    """One connection."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._came = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._came += data
        while (end := self._came.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._came, 0, end + 2)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._came) < whole:
                return
            del self._came[:whole]
            asyncio.get_running_loop().call_later(self._delay, self._answer)

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(_ANSWER)


async def serve(port: int, delay: float) -> None:
    """Serve until terminated."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(partial(Exchange, delay), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=int, required=True, help="milliseconds")
    asked = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(asked.port, asked.delay / 1000))


if __name__ == "__main__":
    main()
