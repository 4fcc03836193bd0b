"""Tells push services who we are: a signed token per push service and hour (RFC 8292)."""

import base64
import json
import time
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

VALID_FOR = 12 * 3600  # seconds; RFC 8292 section 2 allows 24 hours, half leaves room for a wrong clock
RENEW_AFTER = 3600  # seconds; push services may cache a token, so not a new one for each message
_MAX_ORIGINS = 256  # more push services than there are; WNS alone has a few dozen host names


def new_private_key_pem() -> bytes:
    """A fresh P-256 key. Subscriptions are bound to it: replacing it later ends all of them."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class Vapid:
    """The sender's identity. Safe to share between threads."""

    def __init__(
        self, private_key_pem: bytes, subject: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        """`subject` is how a push service reaches the operator: `mailto:` or `https:`.

        It must be a real address: Apple answers 403 to `mailto:someone@localhost`.
        Raises ValueError for a key that is not P-256 or another kind of subject.
        """
        key = load_pem_private_key(private_key_pem, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("the VAPID key must be an elliptic curve key on P-256")  # noqa: TRY004
        if not subject.startswith(("mailto:", "https://")) or any(c.isspace() for c in subject):
            raise ValueError("the VAPID subject must be a mailto: or https: address")
        self._key = key
        self._subject = subject
        self._clock = clock
        self._headers: dict[str, tuple[float, str]] = {}
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = _base64url(point)
        """For the browser's `applicationServerKey`: 65 bytes as unpadded base64url."""

    def authorization(self, origin: str) -> str:
        """The Authorization header for a push service such as `https://fcm.googleapis.com`.

        Signed once an hour; two threads meeting at the turn of it sign twice, which does no harm.
        """
        now = self._clock()
        renew_at, header = self._headers.get(origin, (0.0, ""))
        # A clock set back by more than the margin would otherwise keep a token too far in the future.
        if not now < renew_at <= now + RENEW_AFTER:
            if len(self._headers) >= _MAX_ORIGINS:
                self._headers.clear()
            header = f"vapid t={self._token(origin, int(now))}, k={self.public_key}"
            self._headers[origin] = (now + RENEW_AFTER, header)
        return header

    def _token(self, origin: str, now: int) -> str:
        """A JWT signed with ES256, whose signature is r and s side by side, not DER (RFC 7518 3.4)."""
        claims = {"aud": origin, "exp": now + VALID_FOR, "sub": self._subject}
        signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _json(value: dict[str, object]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
