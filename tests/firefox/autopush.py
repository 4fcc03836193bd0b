"""Mozilla's push service on loopback: Firefox's websocket on one side, what we post on the other.

The browser's side speaks the protocol of autopush (hello, register, notification, ack) as Firefox does with
push.services.mozilla.com; the sender's side asks for what RFC 8030, 8188 and 8292 ask of a sender, and
refuses the rest. In between nothing is changed: what Firefox decrypts is what our worker encrypted.
"""

import base64
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from bench.push_sinks import push_sink
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

DAY = 24 * 3600
MOST_BYTES = 4096
URGENCIES = {"very-low", "low", "normal", "high"}
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
AUTHORIZATION = re.compile(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)")


@dataclass
class Push:
    """One post that was taken, and what Firefox said of it: 100 delivered, 101 not decrypted, 102 failed."""

    channel: str
    version: str
    headers: dict[str, str]
    body: bytes
    acknowledged: int | None = None


@dataclass
class PushService:
    """What browsers have subscribed to, what was posted, and what was wrong with what was refused."""

    origin: str = ""  # where we post to, https
    ca_file: str = ""
    socket: str = ""  # where Firefox connects to, ws
    keys: dict[str, str] = field(default_factory=dict)  # applicationServerKey by channel
    pushes: list[Push] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _browser: ServerConnection | None = None
    _uaid: str = ""

    def forget(self) -> None:
        """Lose all that is known of the browser, as Mozilla's does for who was away for long."""
        browser, self._browser, self._uaid = self._browser, None, ""
        self.keys.clear()
        if browser is not None:
            browser.close()

    def talk(self, browser: ServerConnection) -> None:
        """All that a connected Firefox says, until it goes."""
        try:
            for text in browser:
                said = json.loads(text)
                answer = self._answer(said)
                if answer is not None:
                    browser.send(json.dumps(answer))
                if said.get("messageType") == "hello":
                    self._browser = browser
        except ConnectionClosed:
            pass

    def _answer(self, said: dict[str, Any]) -> dict[str, Any] | None:
        kind, channel = said.get("messageType"), said.get("channelID", "")
        same = {"messageType": kind, "status": 200}
        match kind:
            case None:
                return {}  # a ping
            case "hello":
                self._uaid = self._uaid or uuid4().hex
                return same | {"uaid": self._uaid, "use_webpush": True, "broadcasts": {}}
            case "register":
                self.keys[channel] = said["key"].rstrip("=")
                return same | {"channelID": channel, "pushEndpoint": f"{self.origin}/wpush/v2/{channel}"}
            case "unregister":
                self.keys.pop(channel, None)
                return same | {"channelID": channel}
            case "ack" | "nack":
                self._acknowledge(said)
        return None

    def _acknowledge(self, said: dict[str, Any]) -> None:
        for update in said.get("updates", [said]):
            for push in self.pushes:
                if push.version == update["version"]:
                    push.acknowledged = update["code"]

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """What a post is answered; where it is taken, it is on its way to Firefox."""
        channel = path.removeprefix("/wpush/v2/")
        if channel not in self.keys:
            return 410
        problem = wrong_format(headers, body) or wrong_sender(headers, self.origin, self.keys[channel])
        if problem or self._browser is None:
            self.refused.append(problem or "nobody is connected")
            return 400
        push = Push(channel, uuid4().hex, headers, body)
        self.pushes.append(push)
        notification = {
            "messageType": "notification", "channelID": channel, "version": push.version,
            "ttl": int(headers["ttl"]), "data": base64url(body), "headers": {"encoding": "aes128gcm"},
        }  # fmt: skip
        self._browser.send(json.dumps(notification))
        return 201


def wrong_format(headers: dict[str, str], body: bytes) -> str:
    """What RFC 8030 and 8188 would not let pass; "" if nothing."""
    if not headers.get("ttl", "").isdigit():
        return "TTL"
    if headers.get("urgency", "normal") not in URGENCIES:
        return "Urgency"
    if not TOPIC.fullmatch(headers.get("topic", "x")):
        return "Topic"
    if headers.get("content-encoding") != "aes128gcm":
        return "Content-Encoding"
    return "size" if not 86 < len(body) <= MOST_BYTES else ""


def wrong_sender(headers: dict[str, str], origin: str, key: str) -> str:
    """What RFC 8292 would not let pass from a sender whom the page named by `key`; "" if nothing."""
    token = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if token is None:
        return "Authorization"
    head, claims, signature, point = token.groups()
    if point != key:
        return "k is not the applicationServerKey"
    if json.loads(from_base64url(head)) != {"typ": "JWT", "alg": "ES256"}:
        return "the token's head"
    said = json.loads(from_base64url(claims))
    if said["aud"] != origin or not time.time() < said["exp"] <= time.time() + DAY:
        return "aud or exp"
    if not str(said["sub"]).startswith(("mailto:", "https:")):
        return "sub"
    return (
        "" if is_signed(f"{head}.{claims}", from_base64url(signature), from_base64url(point)) else "signature"
    )


def is_signed(text: str, signature: bytes, point: bytes) -> bool:
    """Whether the owner of the point signed the text (ES256: r and s side by side)."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    try:
        public.verify(encode_dss_signature(r, s), text.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return len(signature) == 64


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@contextmanager
def autopush() -> Iterator[PushService]:
    """Run the push service; we reach it by HTTP/2 over TLS (nginx), as the real one."""
    service = PushService()

    class Sender(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(service.take(self.path, headers, body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_HEAD(self) -> None:  # a worker's greeting
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    senders = ThreadingHTTPServer(("127.0.0.1", 0), Sender)
    senders.daemon_threads = True  # nginx keeps its connections open
    subprotocol = Subprotocol("push-notification")
    browsers = serve(service.talk, "127.0.0.1", 0, subprotocols=[subprotocol], compression=None)
    threads = [threading.Thread(target=one.serve_forever) for one in (senders, browsers)]
    for thread in threads:
        thread.start()
    try:
        with push_sink(answering=senders.server_port) as front:
            service.origin, service.ca_file = front.origin, str(front.ca_file)
            service.socket = f"ws://127.0.0.1:{browsers.socket.getsockname()[1]}/"
            yield service
    finally:
        senders.shutdown()
        browsers.shutdown()
        for thread in threads:
            thread.join()
        senders.server_close()
