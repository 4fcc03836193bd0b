"""Sign mails by DKIM (RFC 6376), once for a whole batch: see docs/decisions/0007-dkim-once-a-batch.md."""

import base64
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

RSA_BITS = (2048, 4096)  # RFC 8301 3.2: signers use at least 2048, receivers must read up to 4096

# RFC 6376 5.4: From must be signed, and To need not be; To and Message-ID, which differ from mail to mail,
# are left out, so that one signature holds for the batch. A name that stands here once more than in the
# mail (Reply-To: once, and there is none) may not be added to it by anybody on the way (8.15).
SIGNED_HEADERS = (
    *(b"from", b"from", b"reply-to", b"subject", b"subject", b"date", b"date"),
    *(b"list-unsubscribe", b"mime-version", b"content-type", b"content-type"),
)


class DkimKeyError(ValueError):
    """The key cannot sign. The text is Japanese, for the check of the settings, and holds no secret."""


@dataclass(frozen=True, slots=True)
class DkimSigner:
    """Signs as `domain` with the key whose public half stands at `<selector>._domainkey.<domain>`."""

    domain: str  # ASCII, that of the From: address, so that DMARC finds the two aligned
    selector: str
    record: str  # what DNS must hold: "v=DKIM1; k=rsa; p=…"
    _algorithm: bytes
    _key: bytes = field(repr=False)  # as dkimpy wants it

    @classmethod
    def from_pem(cls, pem: bytes, *, selector: str, domain: str) -> Self:
        """Read an RSA (2048 to 4096 bits) or Ed25519 private key without a password. Raises DkimKeyError."""
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise DkimKeyError("パスワードのない PEM 形式の秘密鍵ではありません") from None
        if isinstance(key, ed25519.Ed25519PrivateKey):
            public = key.public_key().public_bytes_raw()
            record, algorithm = _record("ed25519", public), b"ed25519-sha256"
            private = base64.b64encode(key.private_bytes_raw())
        elif isinstance(key, rsa.RSAPrivateKey):
            if not RSA_BITS[0] <= key.key_size <= RSA_BITS[1]:
                raise DkimKeyError(f"RSA の鍵は 2048 から 4096 ビットにしてください（今は {key.key_size}）")
            public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            record, algorithm = _record("rsa", public), b"rsa-sha256"
            private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        else:
            raise DkimKeyError("RSA か Ed25519 の秘密鍵にしてください")
        return cls(domain, selector, record, algorithm, private)

    def sign(self, mail: bytes) -> bytes:
        """The `DKIM-Signature:` header of a mail, CRLF included, to be put before its other headers.

        `mail`: headers, an empty line and the body, CRLF throughout, with neither stuffed dots nor the final
        one. Headers of the recipient may be missing. Takes some 10 ms with RSA 2048.
        """
        import dkim  # brings a DNS resolver along: 0.15 s that only they wait for who sign

        signing = dkim.DKIM(mail, signature_algorithm=self._algorithm)
        header: bytes = signing.sign(
            self.selector.encode("ascii"),
            self.domain.encode("ascii"),
            self._key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=SIGNED_HEADERS,
        )
        return header


def _record(kind: str, public: bytes) -> str:
    return f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode('ascii')}"
