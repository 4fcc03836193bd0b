"""A push service that goes wrong, and the phones behind it, which open what came with their own keys."""

import asyncio
import base64
import json
import os
import time
import zlib
from dataclasses import replace
from uuid import UUID

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bench.chaos.history import Arrival, Refusal
from bench.chaos.sinks import Broken, Sink, Talk

NOBODY = UUID(int=0)
PAUSE = 3  # seconds that a 429 asks for
GONE = "http 410"


class Phone:
    """A browser with one subscription."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)

    def subscription(self, url: str) -> str:
        """`JSON.stringify(subscription)` of a browser."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return json.dumps({"endpoint": url, "keys": {"p256dh": _text(point), "auth": _text(self._auth)}})

    def open(self, body: bytes) -> dict[str, str] | None:
        """The page inside, None where it was not encrypted for this phone."""
        try:
            plain = http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
            page: dict[str, str] = json.loads(zlib.decompress(plain[1:], wbits=-15))
        except Exception:
            return None
        return page


class PushSink(Sink):
    """Takes pushes for every path but the dead. What is inside is looked at later, by `opened`."""

    def __init__(self, seed: int, dead: frozenset[str]) -> None:
        super().__init__(seed, dead)
        self._bodies: list[bytes] = []  # of the arrival with the same index

    def talk(self, worker: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Talk:
        return _Requests(self, worker, reader, writer)

    def keep_body(self, body: bytes) -> None:
        self._bodies.append(body)

    def opened(self, phones: dict[str, tuple[UUID, Phone]]) -> list[Arrival]:
        """The arrivals as the phones read them: whose they are, and what they say. A millisecond each."""
        return [
            _read(arrival, body, *phones[arrival.address])
            for arrival, body in zip(self.arrivals, self._bodies, strict=True)
        ]


def _read(arrival: Arrival, body: bytes, endpoint: UUID, phone: Phone) -> Arrival:
    page = phone.open(body)
    if page is None:
        return replace(arrival, endpoint=NOBODY)
    batch = UUID(page["batch"])
    # The Topic decides which push replaces which: it must be that of the batch inside.
    title = page["title"] if batch == arrival.batch else f"{page['title']} under another topic"
    return replace(arrival, batch=batch, endpoint=endpoint, title=title)


class _Requests(Talk):
    """One HTTP/1.1 connection."""

    async def run(self) -> None:
        while True:
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            begun = time.time()
            await self.sink.brood()
            pairs = (line.split(": ", 1) for line in head[1:] if line)
            headers = {name.lower(): value for name, value in pairs}
            if self.sink.strikes("reset"):
                raise Broken
            body = await self.reader.readexactly(int(headers["content-length"]))
            await self.take(head[0].split(" ")[1], headers, body, begun)

    async def take(self, path: str, headers: dict[str, str], body: bytes, begun: float) -> None:
        if path in self.sink.dead:
            self.sink.refusals.append(Refusal(path, time.time(), GONE))
            await self.say("410 Gone")
        elif self.sink.strikes("500"):
            await self.say("500 Internal Server Error")
        elif self.sink.strikes("429"):
            await self.say("429 Too Many Requests", f"Retry-After: {PAUSE}")
        else:
            await self.accept(path, headers, body, begun)

    async def accept(self, path: str, headers: dict[str, str], body: bytes, begun: float) -> None:
        assert isinstance(self.sink, PushSink)
        topic = base64.urlsafe_b64decode(headers["topic"] + "==")
        self.worker = _signer(headers["authorization"])
        self.sink.keep_body(body)
        self.keep(
            Arrival(
                channel="webpush",
                batch=UUID(bytes=topic),
                endpoint=NOBODY,
                address=path,
                title="",
                worker=self.worker,
                begun=begun,
                at=time.time(),
                heard=False,
            )
        )
        if self.sink.strikes("cut"):
            raise Broken
        await self.sink.brood()
        await self.answered(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    async def say(self, status: str, *headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "", ""]
        self.writer.write("\r\n".join(lines).encode("ascii"))
        await self.writer.drain()


def _signer(authorization: str) -> int:
    """The number of the worker, from the `sub` of the token it signed (RFC 8292)."""
    token = authorization.partition("t=")[2].partition(",")[0]
    claims = token.split(".")[1]
    subject = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"]
    return int(subject.removeprefix("mailto:worker").partition("@")[0])


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
