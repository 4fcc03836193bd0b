"""Encrypts a push message for one browser (RFC 8291 over RFC 8188, `aes128gcm`). Pure.

The work is split where the message comes in. `arm` does what does not depend on the message (key pair and
ECDH: nine tenths of the time) and may run in idle time, long before the message exists; `seal` then draws a
salt, derives key and nonce and runs AES-GCM. `encrypt` is both in one go.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MAX_BODY = 4096  # bytes that every push service must take (RFC 8030 7.2)
HEADER = 16 + 4 + 1 + 65  # salt, record size, key length, key (RFC 8188 2.1)
OVERHEAD = HEADER + 1 + 16  # header, padding delimiter, GCM tag
MAX_PAYLOAD = MAX_BODY - OVERHEAD  # 3993, as RFC 8291 section 4 has it

_CURVE = ec.SECP256R1()
_POINT = 65
_BEFORE_POINT = MAX_BODY.to_bytes(4, "big") + bytes([_POINT])  # one record, so any size above it will do
_LAST_RECORD = b"\x02"
_FINGERPRINT = 8
_PACKED = _FINGERPRINT + _POINT + 32


@dataclass(frozen=True, slots=True)
class Armed:
    """All that one push to one subscription needs except the message. Secret, and good for one message.

    It holds the input of the key derivation, not its result: with a fresh salt for each message not even a
    set that came back from the dead (a restored backup) could use a GCM nonce twice. That costs three HMACs.
    """

    subscription: bytes  # `fingerprint` of the keys it was made for
    public: bytes  # our ephemeral key, 65 bytes, sent in clear
    key_material: bytes = field(repr=False)  # 32 bytes, IKM of RFC 8291 section 3.4

    def pack(self) -> bytes:
        """The set in 105 bytes."""
        return self.subscription + self.public + self.key_material

    @classmethod
    def unpack(cls, packed: bytes) -> "Armed":
        """Read what `pack` made. Raises ValueError."""
        if len(packed) != _PACKED:
            raise ValueError("not an armed set")
        end = _FINGERPRINT + _POINT
        return cls(packed[:_FINGERPRINT], packed[_FINGERPRINT:end], packed[end:])


def fingerprint(p256dh: bytes, auth: bytes) -> bytes:
    """What binds an armed set to the keys of a subscription: a device may subscribe anew meanwhile."""
    return hashlib.sha256(p256dh + auth).digest()[:_FINGERPRINT]


def encrypt(
    payload: bytes,
    p256dh: bytes,
    auth: bytes,
    *,
    salt: bytes | None = None,
    private_key: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of the POST: at most 4096 bytes for a payload of at most 3993.

    `p256dh` (65 bytes, uncompressed point) and `auth` (16 bytes) are the subscription's. `salt` and
    `private_key` are for test vectors only. Raises ValueError: point off the curve, payload too long.
    """
    return seal(payload, arm(p256dh, auth, private_key=private_key), salt=salt)


def arm(p256dh: bytes, auth: bytes, *, private_key: ec.EllipticCurvePrivateKey | None = None) -> Armed:
    """Prepare one future message to this subscription (RFC 8291 section 3.4, up to IKM).

    Raises ValueError for a point off the curve.
    """
    browser = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, p256dh)
    ours = private_key or ec.generate_private_key(_CURVE)
    public = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = ours.exchange(ec.ECDH(), browser)
    key_material = _expand(_extract(auth, shared), b"WebPush: info\x00" + p256dh + public)
    return Armed(fingerprint(p256dh, auth), public, key_material)


def seal(payload: bytes, armed: Armed, *, salt: bytes | None = None) -> bytes:
    """Encrypt the message with a prepared set, which must never be used again."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"push payload of {len(payload)} bytes; {MAX_PAYLOAD} is the most")
    salt = salt or os.urandom(16)
    pseudorandom = _extract(salt, armed.key_material)
    content_key = _expand(pseudorandom, b"Content-Encoding: aes128gcm\x00")[:16]
    nonce = _expand(pseudorandom, b"Content-Encoding: nonce\x00")[:12]
    sealed = AESGCM(content_key).encrypt(nonce, payload + _LAST_RECORD, None)
    return b"".join((salt, _BEFORE_POINT, armed.public, sealed))


# HKDF-SHA-256 for up to 32 bytes is one HMAC each way (RFC 5869, spelled so in RFC 8291 3.4).
def _extract(salt: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt, secret, "sha256")


def _expand(pseudorandom: bytes, info: bytes) -> bytes:
    return hmac.digest(pseudorandom, info + b"\x01", "sha256")
