"""The SMTP side (RFC 5321): accepts everything, with PIPELINING (RFC 2920), 8BITMIME and SMTPUTF8.

Our own because a demo delivers 20,000 mails at once, and whatever the client sent in one write is
answered in one write here.
"""

import asyncio
import re
from datetime import UTC, datetime
from typing import cast

from otayori.ops.mailcatcher.store import Store

LARGEST_MAIL = 25 * 1024 * 1024  # bytes
LONGEST_COMMAND = 4096  # bytes
MOST_RECIPIENTS = 1000
END_OF_MAIL = b"\r\n.\r\n"

_PATH = re.compile(rb"(?i)(?:FROM|TO):\s*<([^<>\s]*)>(?:\s+(.*))?")


class SmtpProtocol(asyncio.Protocol):
    """One connection."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._searched = 0  # bytes of the buffer in which the end of the mail is known not to start
        self._in_data = False
        self._closing = False
        self._reset()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 otayori mail catcher ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Work through all that is complete, and answer it together."""
        self._buffer += data
        replies: list[bytes] = []
        while not self._closing:
            reply = self._take_mail() if self._in_data else self._take_command()
            if reply is None:
                break
            replies.append(reply)
        if self._transport is not None and replies:
            self._transport.write(b"".join(replies))
            if self._closing:
                self._transport.close()

    def _reset(self) -> None:
        self._sender: str | None = None
        self._recipients: list[str] = []

    def _take_command(self) -> bytes | None:
        """The reply to the next command in the buffer; None while it is not complete."""
        end = self._buffer.find(b"\r\n")
        if end < 0 and len(self._buffer) <= LONGEST_COMMAND:
            return None
        if end < 0 or end > LONGEST_COMMAND:
            self._closing = True
            return b"500 5.5.2 Line too long\r\n"
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        verb, _, argument = line.partition(b" ")
        return self._answer(verb.upper(), argument.strip())

    def _answer(self, verb: bytes, argument: bytes) -> bytes:
        match verb:
            case b"EHLO":
                self._reset()
                size = str(LARGEST_MAIL).encode()
                features = (b"otayori", b"PIPELINING", b"8BITMIME", b"SMTPUTF8", b"SIZE " + size)
                lines = [b"250-" + feature for feature in features]
                return b"\r\n".join([*lines, b"250 ENHANCEDSTATUSCODES\r\n"])
            case b"HELO" | b"RSET":
                self._reset()
                return b"250 2.0.0 Ok\r\n"
            case b"MAIL":
                return self._mail(argument)
            case b"RCPT":
                return self._rcpt(argument)
            case b"DATA":
                return self._data()
            case b"NOOP":
                return b"250 2.0.0 Ok\r\n"
            case b"VRFY":
                return b"252 2.5.2 Send it and see\r\n"
            case b"QUIT":
                self._closing = True
                return b"221 2.0.0 Bye\r\n"
            case _:
                return b"502 5.5.2 Command not known\r\n"

    def _mail(self, argument: bytes) -> bytes:
        if self._sender is not None:
            return b"503 5.5.1 Sender already given\r\n"
        path = _PATH.fullmatch(argument)
        if path is None:
            return b"501 5.5.4 MAIL FROM:<address>\r\n"
        self._sender = path[1].decode(errors="replace")
        return b"250 2.1.0 Ok\r\n"

    def _rcpt(self, argument: bytes) -> bytes:
        if self._sender is None:
            return b"503 5.5.1 MAIL first\r\n"
        path = _PATH.fullmatch(argument)
        if path is None or not path[1]:
            return b"501 5.5.4 RCPT TO:<address>\r\n"
        if len(self._recipients) >= MOST_RECIPIENTS:
            return b"452 4.5.3 Too many recipients\r\n"
        self._recipients.append(path[1].decode(errors="replace"))
        return b"250 2.1.5 Ok\r\n"

    def _data(self) -> bytes:
        if not self._recipients:
            return b"503 5.5.1 RCPT first\r\n"
        self._in_data = True
        # The end of an empty mail is found in the same way as that of any other.
        self._buffer[:0] = b"\r\n"
        self._searched = 0
        return b"354 End with <CRLF>.<CRLF>\r\n"

    def _take_mail(self) -> bytes | None:
        """Keep the mail in the buffer; None while its end has not come."""
        end = self._buffer.find(END_OF_MAIL, self._searched)
        if max(end, len(self._buffer)) > LARGEST_MAIL:
            self._closing = True
            return b"552 5.3.4 Message too big\r\n"
        if end < 0:
            self._searched = max(0, len(self._buffer) - len(END_OF_MAIL) + 1)
            return None
        mail = bytes(self._buffer[: end + 2])
        del self._buffer[: end + len(END_OF_MAIL)]
        raw = mail.replace(b"\r\n..", b"\r\n.")[2:]  # RFC 5321 4.5.2
        self._store.add(datetime.now(UTC), self._sender or "", tuple(self._recipients), raw)
        self._in_data = False
        self._reset()
        return b"250 2.0.0 Ok: caught\r\n"
