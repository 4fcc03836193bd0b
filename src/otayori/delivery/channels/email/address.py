"""Write an e-mail address as SMTP and mail headers need it, or say that no server could take it."""

import re

from otayori.delivery.channels.email.errors import UnsendableAddressError

MAX_ADDRESS = 254  # octets, RFC 5321 4.5.3.1.3 less the angle brackets
MAX_LOCAL = 64  # octets, RFC 5321 4.5.3.1.1

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_ODD_DOTS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_QUOTED = re.compile(r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"')
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_PLAIN = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")


def mailbox_bytes(address: str) -> bytes:
    """The addr-spec as it may stand in `RCPT TO:<…>` and in a `To:` header, in ASCII.

    Local parts that Japanese carriers gave out although RFC 5321 forbids them (`a..b`, `abc.`) are
    quoted; international domains become punycode. Raises UnsendableAddressError for all else.
    """
    if len(address) <= MAX_LOCAL and _PLAIN.fullmatch(address):
        return address.encode("ascii")
    local, at, domain = address.rpartition("@")
    if not at:
        raise UnsendableAddressError("there is no @ in the address")
    written = f"{_local_part(local)}@{_domain(domain)}"
    if len(written) > MAX_ADDRESS:
        raise UnsendableAddressError("the address is too long")
    return written.encode("ascii")


def _local_part(local: str) -> str:
    if len(local) > MAX_LOCAL:
        raise UnsendableAddressError("the part before the @ is too long")
    if _DOT_ATOM.fullmatch(local) or _QUOTED.fullmatch(local):
        return local
    # Only stray dots are forgiven: a space or a comma is a slip of the finger, not a carrier's address.
    if _ODD_DOTS.fullmatch(local):
        return f'"{local}"'
    raise UnsendableAddressError("the part before the @ has characters no server takes")


def _domain(domain: str) -> str:
    try:
        written = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UnsendableAddressError("the domain is not a host name") from error
    if not _DOMAIN.fullmatch(written):
        raise UnsendableAddressError("the domain is not a host name")
    return written
