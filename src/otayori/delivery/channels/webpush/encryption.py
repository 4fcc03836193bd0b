"""Encrypts a push message for one browser (RFC 8291 over RFC 8188, `aes128gcm`). Pure.

The work is split where the message comes in. `arm` does all that does not depend on the message
(key pair, ECDH, key derivation: nine tenths of the time) and may run in idle time, long before the
message exists; `seal` then only runs AES-GCM. `encrypt` is both in one go.
"""

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
_RECORD_SIZE = MAX_BODY.to_bytes(4, "big")  # one record, so any size above the body's will do
_LAST_RECORD = b"\x02"


@dataclass(frozen=True, slots=True)
class Armed:
    """All that one push to one subscription needs except the message. Secret, and good for one message.

    Sealing two messages with the same set would use one GCM nonce twice and give both away.
    """

    header: bytes  # 86 bytes, sent in clear
    content_key: bytes = field(repr=False)  # 16 bytes
    nonce: bytes = field(repr=False)  # 12 bytes


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
    return seal(payload, arm(p256dh, auth, salt=salt, private_key=private_key))


def arm(
    p256dh: bytes,
    auth: bytes,
    *,
    salt: bytes | None = None,
    private_key: ec.EllipticCurvePrivateKey | None = None,
) -> Armed:
    """Derive key and nonce for one future message to this subscription (RFC 8291 section 3.4)."""
    browser = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, p256dh)
    ours = private_key or ec.generate_private_key(_CURVE)
    salt = salt or os.urandom(16)
    our_public = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = ours.exchange(ec.ECDH(), browser)
    key_material = _hkdf(auth, shared, b"WebPush: info\x00" + p256dh + our_public, 32)
    return Armed(
        header=salt + _RECORD_SIZE + bytes([len(our_public)]) + our_public,
        content_key=_hkdf(salt, key_material, b"Content-Encoding: aes128gcm\x00", 16),
        nonce=_hkdf(salt, key_material, b"Content-Encoding: nonce\x00", 12),
    )


def seal(payload: bytes, armed: Armed) -> bytes:
    """Encrypt the message with a prepared set, which must never be used again."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"push payload of {len(payload)} bytes; {MAX_PAYLOAD} is the most")
    return armed.header + AESGCM(armed.content_key).encrypt(armed.nonce, payload + _LAST_RECORD, None)


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF-SHA-256 for up to 32 bytes, which is one HMAC each way (RFC 5869, spelled so in RFC 8291 3.4)."""
    return hmac.digest(hmac.digest(salt, secret, "sha256"), info + b"\x01", "sha256")[:length]
