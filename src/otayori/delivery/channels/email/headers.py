"""Mail header lines as bytes: encoded words folded between characters, and no way to inject a line."""

import base64
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

_LINE = 76  # RFC 2047 2: a line that holds an encoded word is at most 76 characters long
_FRAME = len("=?utf-8?b??=")
# What may stand as it is; "=?" would be taken for an encoded word.
_PLAIN = re.compile(r"[\x20-\x7e]*")
_URL_SAFE = ":/?#[]@!$&'()*+,;=%~-._"


def text_header(name: str, value: str) -> bytes:
    """`Name: value`, CRLF included, for free text such as a subject; long Japanese text is folded."""
    value = one_line(value)
    if _PLAIN.fullmatch(value) and "=?" not in value and len(name) + 2 + len(value) <= _LINE:
        return f"{name}: {value}\r\n".encode("ascii")
    return f"{name}: {_encoded_words(value, used=len(name) + 2)}\r\n".encode("ascii")


def mailbox_header(name: str, display: str, address: bytes) -> bytes:
    """`Name: display <address>`, CRLF included. The address comes from `mailbox_bytes`."""
    display = one_line(display)
    if not display:
        return b"%s: <%s>\r\n" % (name.encode("ascii"), address)
    if _PLAIN.fullmatch(display) and "=?" not in display and len(name) + 4 + len(display) <= _LINE:
        shown = '"' + display.replace("\\", "\\\\").replace('"', '\\"') + '"'
    else:
        shown = _encoded_words(display, used=len(name) + 2)
    return f"{name}: {shown}\r\n <{address.decode('ascii')}>\r\n".encode("ascii")


def url_header(name: str, url: str) -> bytes:
    """`Name: <url>`, CRLF included, with every character a URL may not hold percent-encoded."""
    return f"{name}: <{quote(url, safe=_URL_SAFE)}>\r\n".encode("ascii")


def one_line(value: str) -> str:
    """The text with each run of control characters and line ends as one space, trimmed."""
    kept = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in value)
    return re.sub(r" {2,}", " ", "".join(kept)).strip(" ")


def _encoded_words(value: str, *, used: int) -> str:
    """RFC 2047 words of whole characters, one a line; `used` columns of the first line are taken."""
    return "\r\n ".join(
        f"=?utf-8?b?{base64.b64encode(piece).decode('ascii')}?=" for piece in _pieces(value, used=used)
    )


def _pieces(value: str, *, used: int) -> Iterator[bytes]:
    room = (_LINE - used - _FRAME) // 4 * 3
    piece = b""
    for character in value:
        octets = character.encode("utf-8", "replace")
        if len(piece) + len(octets) > room:
            yield piece
            piece, room = b"", (_LINE - 1 - _FRAME) // 4 * 3
        piece += octets
    yield piece
