"""A push service for tests: real sockets on loopback, scripted answers, and a browser that reads what came.

`PushServer` speaks HTTP/1.1 without TLS and can also hang and break off; in the end it fails the test if any
two pushes, tries and retries, were encrypted with the same ephemeral key. `Http2PushServer` speaks HTTP/2
over TLS (granian, in a process of its own); its answers stand in the path: `/status/410/...`.
"""

import asyncio
import base64
import datetime
import ipaddress
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
import zlib
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import http_ece
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


@dataclass(frozen=True)
class Answer:
    """What the push service does with one request: a status, or "hang" or "close" after reading it."""

    status: int = 201
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    action: str = "answer"


HANG = Answer(action="hang")
CLOSE = Answer(action="close")


@dataclass(frozen=True)
class Received:
    """One request as it arrived; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushServer:
    """Use as a context manager. `answers[path]` are used up in turn, then 201."""

    requests: list[Received] = field(default_factory=list)
    answers: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    always: Answer = Answer()
    connections: int = 0

    def __enter__(self) -> Self:
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join()
        assert_single_use(request.body for request in self.requests)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def script(self, path: str, *answers: Answer) -> None:
        self.answers[path].extend(answers)

    def received(self, path: str) -> list[Received]:
        return [request for request in self.requests if request.path == path]

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ending = asyncio.Event()
        self._talks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, backlog=512)
        self.port: int = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._ending.wait()
        server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self.connections += 1
        try:
            while await self._one_request(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client went away, or the test is over
        finally:
            self._talks.discard(task)
            writer.close()

    async def _one_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        path = head[0].split(" ")[1]
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests.append(Received(path, headers, body))
        answer = self.answers[path].popleft() if self.answers[path] else self.always
        if answer.action == "hang":
            await self._ending.wait()
        if answer.action != "answer":
            return False
        lines = [f"HTTP/1.1 {answer.status} X", f"Content-Length: {len(answer.body)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + answer.body)
        await writer.drain()
        return True


class Http2PushServer:
    """HTTP/2 over TLS with a certificate of its own (`ca_file`)."""

    def __init__(self, folder: Path) -> None:
        self.ca_file = folder / "push.pem"
        self._key_file = folder / "push.key"

    def __enter__(self) -> Self:
        write_certificate(self.ca_file, self._key_file)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        arguments = (
            f"--host 127.0.0.1 --port {self.port} --interface asginl --no-ws --no-log "
            f"--ssl-certificate {self.ca_file} --ssl-keyfile {self._key_file}"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-m", "granian", *arguments.split(), "tests.delivery.push_server:http2_service"],
            cwd=Path(__file__).parents[2],
            start_new_session=True,
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise RuntimeError("the HTTP/2 push service did not start")

    def __exit__(self, *_: object) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)  # its process group: granian forks its worker
        self._process.wait()

    @property
    def origin(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def seen(self) -> list[dict[str, str]]:
        """What arrived so far: path, HTTP version, client port and body (base64) of each request."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        with urllib.request.urlopen(f"{self.origin}/seen", context=context) as answer:
            return list(json.load(answer))


_seen: list[dict[str, str]] = []


async def http2_service(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """The ASGI side of Http2PushServer."""
    body, more = b"", True
    while more:
        event = await receive()
        body, more = body + event.get("body", b""), event.get("more_body", False)
    status, answer = 201, b""
    if scope["path"] == "/seen":
        status, answer = 200, json.dumps(_seen).encode()
    else:
        _seen.append(
            {
                "path": scope["path"],
                "version": scope["http_version"],
                "client": f"{scope['client'][0]}:{scope['client'][1]}",
                "body": base64.b64encode(body).decode(),
            }
        )
        if scope["path"].startswith("/status/"):
            status = int(scope["path"].split("/")[2])
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": answer})


def write_certificate(certificate: Path, key: Path) -> None:
    """A self-signed certificate for 127.0.0.1."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "push service of a test")])
    loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([loopback]), critical=False)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(Encoding.PEM))
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


class Device:
    """A guardian's browser: makes a subscription and reads what reached the push service for it."""

    def __init__(self, origin: str, path: str) -> None:
        self.origin = origin
        self.path = path
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)

    def subscription(self) -> str:
        """`JSON.stringify(subscription)` of a browser."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": base64url(point), "auth": base64url(self._auth)}
        return json.dumps({"endpoint": self.origin + self.path, "expirationTime": None, "keys": keys})

    def decrypt(self, body: bytes) -> bytes:
        """The push message, by another implementation than ours."""
        plain = http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        assert isinstance(plain, bytes)
        return plain

    def read(self, body: bytes) -> dict[str, Any]:
        """The page in a push, as the service worker reads it."""
        return unpack(self.decrypt(body))


def ephemeral_key(body: bytes) -> bytes:
    """The sender's public key in a push, which no second push may carry (RFC 8291 section 3.1)."""
    return body[21:86]


def assert_single_use(bodies: Iterable[bytes]) -> None:
    """No ephemeral key was used for two encryptions, also not for another try of the same push.

    The very same bytes may come twice: curl itself repeats a request whose kept connection turns out closed.
    """
    used = {body for body in bodies if body}
    assert len({ephemeral_key(body) for body in used}) == len(used), "an ephemeral key was used twice"


def unpack(payload: bytes) -> dict[str, Any]:
    """What the service worker does with a payload: check the format byte, inflate, parse."""
    assert payload[0] == 1
    page: dict[str, Any] = json.loads(zlib.decompress(payload[1:], wbits=-15))
    return page


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
