"""Push services can check who is sending (RFC 8292), and the token is made once an hour."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from otayori.delivery.channels.webpush.vapid import Vapid, new_private_key_pem

FCM = "https://fcm.googleapis.com"
NOON = 1_750_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vapid(clock: Clock) -> Vapid:
    return Vapid(new_private_key_pem(), "mailto:kyouiku@ward.example.jp", clock=clock)


def unbase64(text: str) -> bytes:
    assert "=" not in text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parts(header: str) -> tuple[str, str]:
    scheme, token, key = header.split(" ")
    assert scheme == "vapid"
    return token.removeprefix("t=").removesuffix(","), key.removeprefix("k=")


def claims(header: str) -> dict[str, object]:
    decoded: dict[str, object] = json.loads(unbase64(parts(header)[0].split(".")[1]))
    return decoded


def test_the_push_service_verifies_the_token_with_the_key_of_the_subscription(vapid: Vapid) -> None:
    token, key = parts(vapid.authorization(FCM))
    signed, _, signature = token.rpartition(".")
    raw = unbase64(signature)
    assert key == vapid.public_key
    assert len(raw) == 64

    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64(vapid.public_key))
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))  # raises if it is not so


def test_the_token_names_audience_sender_and_end(vapid: Vapid) -> None:
    header = vapid.authorization(FCM)

    assert claims(header) == {"aud": FCM, "sub": "mailto:kyouiku@ward.example.jp", "exp": NOON + 12 * 3600}
    assert json.loads(unbase64(parts(header)[0].split(".")[0])) == {"typ": "JWT", "alg": "ES256"}


def test_the_public_key_is_what_a_browser_takes(vapid: Vapid) -> None:
    assert len(unbase64(vapid.public_key)) == 65


def test_one_token_serves_an_hour_of_one_push_service(vapid: Vapid, clock: Clock) -> None:
    first = vapid.authorization(FCM)
    assert vapid.authorization("https://web.push.apple.com") != first

    clock.now += 3599
    assert vapid.authorization(FCM) == first
    clock.now += 1
    assert claims(vapid.authorization(FCM))["exp"] == NOON + 3600 + 12 * 3600


def test_a_clock_put_right_does_not_leave_a_token_that_ends_too_late(vapid: Vapid, clock: Clock) -> None:
    vapid.authorization(FCM)
    clock.now -= 2 * 24 * 3600  # it was two days ahead

    assert claims(vapid.authorization(FCM))["exp"] == clock.now + 12 * 3600


def test_the_same_key_file_gives_the_same_public_key() -> None:
    pem = new_private_key_pem()

    assert Vapid(pem, "https://ward.example.jp").public_key == Vapid(pem, "mailto:a@b.example").public_key


@pytest.mark.parametrize("subject", ["", "kyouiku@ward.example.jp", "http://ward.example.jp", "mailto:a b@c"])
def test_a_subject_that_push_services_refuse(subject: str) -> None:
    with pytest.raises(ValueError, match="subject"):
        Vapid(new_private_key_pem(), subject)


def test_keys_of_another_kind_are_refused() -> None:
    other = ec.generate_private_key(ec.SECP384R1())
    for key in (other, rsa.generate_private_key(65537, 1024)):
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with pytest.raises(ValueError, match="P-256"):
            Vapid(pem, "mailto:kyouiku@ward.example.jp")
