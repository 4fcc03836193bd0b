"""Signed return addresses: a bounce names the delivery it speaks of, and nobody can name another's. Pure.

VERP (variable envelope return path): each mail leaves with an envelope sender of its own,
`bounce+<token>@otayori.city.example`. Whatever a mail server sends back goes there, however it words it.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable

from otayori.delivery.parcel import Parcel

# 48 bits number 770,000 years of a million deliveries a day; 96 bits of MAC are out of reach of guessing.
_ID_BYTES, _MAC_BYTES = 6, 12
_TOKEN = re.compile(rf"\+([0-9a-f]{{{2 * (_ID_BYTES + _MAC_BYTES)}}})(?![0-9a-z])", re.IGNORECASE)
MAX_LOCAL = 64  # octets, RFC 5321 4.5.3.1.1
LONGEST_NAME = MAX_LOCAL - 1 - 2 * (_ID_BYTES + _MAC_BYTES)  # of what stands before the "+"


class Verp:
    """Makes and reads the return addresses of one installation."""

    def __init__(self, address: str, secret: str) -> None:
        """`address` is the addr-spec that bounces come to; the key is made from `secret` for this alone.

        Raises ValueError for an address whose local part leaves no room for the token.
        """
        local, _, domain = address.encode("ascii").rpartition(b"@")
        if not 0 < len(local) <= LONGEST_NAME or not domain:
            raise ValueError(f"the local part of a bounce address has 1 to {LONGEST_NAME} letters")
        self._before, self._after = local + b"+", b"@" + domain
        key = hmac.digest(secret.encode(), b"otayori: signed return addresses", hashlib.sha256)
        # Copied for each address: 20,000 are made for one message, and setting a key up costs as much again.
        self._mac = hashlib.blake2b(key=key, digest_size=_MAC_BYTES, person=b"otayori verp")

    def return_path(self, parcel: Parcel) -> bytes:
        """Return the addr-spec for `MAIL FROM:<...>` of this parcel. About 1 us."""
        # Hexadecimal stays right when a server folds case, and Python's base32 would take 2 us more.
        return b"%b%b%b" % (self._before, self._sign(parcel.delivery_id).hex().encode(), self._after)

    def read(self, text: str) -> int | None:
        """Return the delivery id of the first token in `text` that we signed, else None.

        `text` may be an address or a header of several. The domain is not looked at, nor what forwarders
        put around it (SRS, BATV): the signature decides.
        """
        for found in _TOKEN.finditer(text):
            token = bytes.fromhex(found.group(1))
            delivery_id = int.from_bytes(token[:_ID_BYTES], "big")
            if hmac.compare_digest(token, self._sign(delivery_id)):
                return delivery_id
        return None

    def read_any(self, texts: Iterable[str]) -> int | None:
        """Return the delivery that the first signed token in any of the texts names, else None."""
        return next((found for text in texts if (found := self.read(text)) is not None), None)

    def _sign(self, delivery_id: int) -> bytes:
        number = delivery_id.to_bytes(_ID_BYTES, "big")
        mac = self._mac.copy()
        mac.update(number)
        return number + mac.digest()
