"""A mail from outside, taken apart with care: strangers write to return addresses. Pure."""

import re
from collections.abc import Iterator
from contextlib import suppress
from email import policy
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser

MAX_SIZE = 256 * 1024  # octets; the report stands at the beginning, what follows is a copy of our own mail
_MAX_HEADER = 4000  # characters
_MAX_TEXT = 64_000  # characters
_MAX_LINE = 1000  # characters; RFC 5322 2.1.1 allows 998
_MAX_PARTS = 50  # also of headers with one name
_MAX_BOUNDARIES = 30  # the library compares each line with all that are open

# What follows is the mail as we sent it: a "5.1.1" in it means nothing.
_COPY_BEGINS = re.compile(
    r"^[ >]*(?:--.*(?:copy of the message|original message|returned message|message header|元のメッセージ)"
    r"|(?:original message headers|received: from|return-path:)"
    r"|以下は.*(?:送信|元の)).*$",
    re.IGNORECASE | re.MULTILINE,
)
_TAG = re.compile(r"<[^<>]*>")


class Mail:
    """Headers and parts as text. Bytes that mean nothing in their charset become "�".

    Sizes are limited so that no mail takes more than moments, and no pattern here or in words.py goes back
    and forth over a long line.
    """

    def __init__(self, data: bytes) -> None:
        """Raises ValueError for a mail of too many parts within parts."""
        data = data[:MAX_SIZE]
        if data.lower().count(b"boundary") > _MAX_BOUNDARIES:
            raise ValueError("too many parts")
        # compat32 leaves headers as they came; the newer policies parse them and raise on broken ones
        self._message = BytesParser(policy=policy.compat32).parsebytes(data)

    @property
    def report_type(self) -> str:
        """The kind of a multipart/report: "delivery-status", "feedback-report"; "" for other mails."""
        return str(self._message.get_param("report-type") or "").lower()

    def header(self, name: str) -> str:
        """The first header of this name, decoded and on one line; "" without one."""
        return next(iter(self.headers(name)), "")

    def headers(self, *names: str) -> list[str]:
        """All headers of these names, decoded."""
        return [_decoded(value) for name in names for value in self._message.get_all(name, [])[:_MAX_PARTS]]

    def parts(self, *content_types: str) -> list[Message]:
        """The parts of these types, but none of a mail that is enclosed."""
        return [part for part in _own_parts(self._message) if part.get_content_type() in content_types]

    def text(self) -> str:
        """What the mail says to people, without the copy of our own mail."""
        found = self.parts("text/plain") or self.parts("text/html")
        text = "\n".join(_text(part)[:_MAX_TEXT] for part in found)[:_MAX_TEXT]
        text = "\n".join(line[:_MAX_LINE] for line in text.splitlines())
        if copy := _COPY_BEGINS.search(text):
            text = text[: copy.start()]
        return text


def blocks(part: Message) -> Iterator[Message]:
    """The groups of fields in a part of type message/delivery-status or alike."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        yield from _fields(_text(part))
        return
    for block in payload:
        if isinstance(block, Message):
            yield block
            rest = block.get_payload()
            if isinstance(rest, str):  # the library splits message/delivery-status alone into its groups
                yield from _fields(rest)


def _fields(text: str) -> Iterator[Message]:
    for group in re.split(r"\r?\n\s*\r?\n", text[:_MAX_TEXT])[:_MAX_PARTS]:
        if group.strip():
            yield BytesParser(policy=policy.compat32).parsebytes(group.strip().encode("utf-8", "replace"))


def _own_parts(message: Message) -> list[Message]:
    """The message and its parts, outermost first, not below an enclosed mail."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) < _MAX_PARTS:
        part = waiting.pop(0)
        found.append(part)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += [inner for inner in part.get_payload() if isinstance(inner, Message)]
    return found


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    octets = payload if isinstance(payload, bytes) else b""
    charset = str(part.get_content_charset() or "utf-8")
    if b"\x1b$" in octets:  # some carriers write ISO-2022-JP without saying so
        charset = "iso2022_jp_ext"
    elif charset in {"shift_jis", "x-sjis", "sjis"}:
        charset = "cp932"
    try:
        text = octets.decode(charset, "replace")
    except (LookupError, ValueError):  # no such charset
        text = octets.decode("utf-8", "replace")
    return _TAG.sub(" ", text) if part.get_content_type() == "text/html" else text


def _decoded(value: object) -> str:
    text = str(value)[:_MAX_HEADER]
    with suppress(LookupError, ValueError):  # a charset nobody knows, broken base64
        text = str(make_header(decode_header(text)))
    return " ".join(text.split())
