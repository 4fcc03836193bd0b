"""What a person wants to see of a mail: decoded headers, its text, its HTML. Pure."""

from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser

_headers = BytesHeaderParser(policy=policy.default)
_whole = BytesParser(policy=policy.default)


@dataclass(frozen=True, slots=True)
class Headers:
    """Decoded headers."""

    subject: str
    sender: str
    recipients: str


def read_headers(raw: bytes) -> Headers:
    """The headers for the list."""
    message = _headers.parsebytes(raw)
    return Headers(
        subject=str(message.get("Subject", "")),
        sender=str(message.get("From", "")),
        recipients=str(message.get("To", "")),
    )


def read_all_headers(raw: bytes) -> list[tuple[str, str]]:
    """Every header, decoded, in the order of the mail."""
    return [(name, str(value)) for name, value in _headers.parsebytes(raw).items()]


def read_body(raw: bytes, kind: str) -> str | None:
    """The body of `kind` ("plain" or "html"), decoded; None where the mail has none."""
    message = _whole.parsebytes(raw)
    part = message.get_body((kind,)) if isinstance(message, EmailMessage) else None
    if part is None:
        return None
    try:
        body = str(part.get_content())
    except LookupError:  # a character set nobody knows
        payload = part.get_payload(decode=True)
        body = payload.decode(errors="replace") if isinstance(payload, bytes) else ""
    return body.replace("\r\n", "\n")
