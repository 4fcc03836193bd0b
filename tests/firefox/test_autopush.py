"""The push service of these tests refuses what the real ones refuse: otherwise it would prove nothing."""

import base64
import json

import pytest

from otayori.delivery.channels.webpush.vapid import Vapid, new_private_key_pem
from tests.firefox.autopush import wrong_format, wrong_sender

ORIGIN = "https://push.example"
OURS = Vapid(new_private_key_pem(), "mailto:otayori@ward.example")
OTHERS = Vapid(new_private_key_pem(), "mailto:otayori@ward.example")
HEADERS = {
    "ttl": "60", "urgency": "high", "topic": "x" * 22, "content-encoding": "aes128gcm",
    "authorization": OURS.authorization(ORIGIN),
}  # fmt: skip
BODY = b"\0" * 100


def signed_by(vapid: Vapid, *, named: Vapid) -> dict[str, str]:
    """The headers with a token that one signed and another's key stands beside."""
    token = vapid.authorization(ORIGIN).partition(", k=")[0]
    return HEADERS | {"authorization": f"{token}, k={named.public_key}"}


def claiming(**claims: object) -> dict[str, str]:
    """The headers with other claims under the same signature."""
    head, _claims, rest = HEADERS["authorization"].split(".")
    other = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return HEADERS | {"authorization": f"{head}.{other}.{rest}"}


def test_what_we_post_is_taken() -> None:
    assert wrong_format(HEADERS, BODY) == ""
    assert wrong_sender(HEADERS, ORIGIN, OURS.public_key) == ""


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        (HEADERS | {"authorization": ""}, "Authorization"),
        (signed_by(OTHERS, named=OTHERS), "k is not the applicationServerKey"),
        (signed_by(OTHERS, named=OURS), "signature"),
        (HEADERS | {"authorization": OURS.authorization("https://other.example")}, "aud or exp"),
        (claiming(aud=ORIGIN, exp=4_000_000_000, sub="mailto:a@b.example"), "aud or exp"),
        (claiming(aud=ORIGIN, exp=1, sub="mailto:a@b.example"), "aud or exp"),
    ],
)
def test_another_sender_is_refused(headers: dict[str, str], problem: str) -> None:
    assert wrong_sender(headers, ORIGIN, OURS.public_key) == problem


@pytest.mark.parametrize(
    ("headers", "body", "problem"),
    [
        (HEADERS | {"ttl": ""}, BODY, "TTL"),
        (HEADERS | {"urgency": "emergency"}, BODY, "Urgency"),
        (HEADERS | {"topic": "x" * 33}, BODY, "Topic"),
        (HEADERS | {"content-encoding": "aesgcm"}, BODY, "Content-Encoding"),
        (HEADERS, b"\0" * 4097, "size"),
    ],
)
def test_another_format_is_refused(headers: dict[str, str], body: bytes, problem: str) -> None:
    assert wrong_format(headers, body) == problem
