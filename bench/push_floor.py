"""The least that pushing costs: a bare loop of encrypt and POST, without ledger, lanes or retries.

It uses the product's own encryption and libcurl, so that what is left between it and the product is what the
product adds. Prints JSON: seconds, CPU seconds, and how many got 201. `python -m bench.push_floor --help`.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pycurl
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from otayori.delivery.channels.webpush.encryption import MAX_PAYLOAD, arm, seal
from otayori.delivery.channels.webpush.payload import render
from otayori.delivery.channels.webpush.vapid import Vapid, new_private_key_pem
from otayori.delivery.parcel import Content, Urgency

CREATED = 201


def browsers(count: int) -> list[tuple[bytes, bytes]]:
    """Public point and secret of as many browsers."""
    return [
        (
            ec.generate_private_key(ec.SECP256R1())
            .public_key()
            .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
            os.urandom(16),
        )
        for _ in range(count)
    ]


def notice(title: str, text: str) -> bytes:
    """The payload the product makes of a message."""
    zero = UUID(int=0)
    content = Content(
        batch_id=zero, language="ja", urgency=Urgency.NORMAL, sender="みどり区教育委員会",
        title=title, text=text, mail_title=title, mail_text=text, url=f"http://127.0.0.1:8000/m/{zero}",
        settings_url="http://127.0.0.1:8000/settings", sent_at=datetime.now(UTC),
    )  # fmt: skip
    return render(content, limit=MAX_PAYLOAD)


class Loop:
    """libcurl's multi interface, as its manual has it."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
        self._multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, asked.connections)
        self._free = [self._handle(asked) for _ in range(asked.at_once)]
        self._busy = 0
        self.created = 0

    def _handle(self, asked: argparse.Namespace) -> pycurl.Curl:
        vapid = Vapid(new_private_key_pem(), "mailto:otayori@ward.example")
        handle = pycurl.Curl()
        handle.setopt(pycurl.POST, 1)
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
        handle.setopt(pycurl.PIPEWAIT, 1)
        handle.setopt(pycurl.CAINFO, asked.ca_file)
        handle.setopt(pycurl.WRITEFUNCTION, len)
        headers = ("TTL: 1209600", "Urgency: normal", f"Topic: {'A' * 22}", "Content-Encoding: aes128gcm")
        handle.setopt(pycurl.HTTPHEADER, [f"Authorization: {vapid.authorization(asked.origin)}", *headers])
        return handle

    def run(self, posts: Iterator[tuple[str, bytes]]) -> None:
        """Carry all out."""
        more = True
        while more or self._busy:
            while more and self._free:
                more = self._start(posts)
            _, running = self._multi.perform()
            if running < self._busy:
                self._finish()
            elif not more or not self._free:
                self._multi.select(1.0)

    def _start(self, posts: Iterator[tuple[str, bytes]]) -> bool:
        post = next(posts, None)
        if post is None:
            return False
        handle = self._free.pop()
        handle.setopt(pycurl.URL, post[0])
        handle.setopt(pycurl.POSTFIELDS, post[1])
        self._multi.add_handle(handle)
        self._busy += 1
        return True

    def _finish(self) -> None:
        left = 1
        while left:
            left, fine, failed = self._multi.info_read()
            for handle in [*fine, *(handle for handle, *_ in failed)]:
                self.created += handle.getinfo(pycurl.RESPONSE_CODE) == CREATED
                self._multi.remove_handle(handle)
                self._free.append(handle)
                self._busy -= 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--origin", required=True, help="https://127.0.0.1:port")
    parser.add_argument("--ca-file", required=True)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--armed", action="store_true", help="secrets are made before the clock starts")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--at-once", type=int, default=100)
    parser.add_argument("--title", default="")
    parser.add_argument("--text", default="")
    asked = parser.parse_args()
    payload, loop = notice(asked.title, asked.text), Loop(asked)
    to = browsers(asked.count)
    secrets = [arm(*browser) for browser in to] if asked.armed else None
    cpu, begun = time.process_time(), time.perf_counter()
    bodies = (seal(payload, one) for one in secrets or (arm(*browser) for browser in to))
    loop.run((f"{asked.origin}/push/{number}", body) for number, body in enumerate(bodies))
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    print(json.dumps({"seconds": seconds, "cpu": cpu, "created": loop.created, "payload": len(payload)}))


if __name__ == "__main__":
    main()
