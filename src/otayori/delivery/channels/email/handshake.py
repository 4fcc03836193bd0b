"""Open a connection to the relay: greeting, EHLO, STARTTLS, AUTH; then hand it over to a SmtpLink."""

import asyncio
import base64
import ssl
from typing import cast

from otayori.delivery.channels.email.config import SmtpConfig, Tls
from otayori.delivery.channels.email.errors import LinkError
from otayori.delivery.channels.email.replies import (
    Judgement,
    Stage,
    judge,
    read_extensions,
    split_replies,
)
from otayori.delivery.channels.email.resumption import ResumingContext
from otayori.delivery.channels.email.smtp import Mailbag, SmtpLink
from otayori.delivery.parcel import Verdict


async def open_link(config: SmtpConfig, context: ResumingContext | None, mailbag: Mailbag) -> SmtpLink:
    """A connection that is ready for its first letter; `start()` begins it. Raises LinkError."""
    dialogue = _Dialogue(config.reply_timeout)
    try:
        await _connect(dialogue, config, context)
        extensions = await _introduce(dialogue, config, context)
        if config.username:
            await _authenticate(dialogue, config, extensions.get("AUTH", ""))
    except LinkError:
        dialogue.abort()
        raise
    except ssl.SSLError as error:
        dialogue.abort()
        raise LinkError(Judgement(Verdict.TRANSIENT, "tls")) from error
    except (OSError, TimeoutError) as error:
        dialogue.abort()
        raise LinkError(Judgement(Verdict.TRANSIENT, "connect")) from error
    except asyncio.CancelledError:
        dialogue.abort()
        raise
    link = SmtpLink(
        mailbag,
        eight_bit="8BITMIME" in extensions,
        pipelining="PIPELINING" in extensions,
        timeout=config.reply_timeout,
    )
    if context and (encrypted := dialogue.transport.get_extra_info("ssl_object")):
        context.keep(encrypted)
    link.attach(dialogue.transport)
    return link


async def _connect(dialogue: "_Dialogue", config: SmtpConfig, context: ssl.SSLContext | None) -> None:
    async with asyncio.timeout(config.connect_timeout):
        await asyncio.get_running_loop().create_connection(
            lambda: dialogue,
            config.host,
            config.port,
            ssl=context if config.tls is Tls.IMPLICIT else None,
        )
    greeting = await dialogue.hear()
    if greeting[:3] != b"220":
        # 421 here is "too many connections": the relay asks for patience. 554 may be mended by its operator.
        patient = judge(greeting, Stage.MAIL)
        throttled = patient.verdict is Verdict.THROTTLED
        raise LinkError(patient if throttled else Judgement(Verdict.TRANSIENT, f"connect {patient.code}"))


async def _introduce(
    dialogue: "_Dialogue", config: SmtpConfig, context: ssl.SSLContext | None
) -> dict[str, str]:
    """Say EHLO, encrypt if the mode asks for it, and return what the server offers in the end."""
    extensions = await _say_hello(dialogue, config.helo)
    if context is None or config.tls is Tls.IMPLICIT:
        return extensions
    if "STARTTLS" not in extensions:
        if config.tls is Tls.REQUIRED:
            raise LinkError(Judgement(Verdict.TRANSIENT, "tls"))
        return extensions
    if (await dialogue.ask(b"STARTTLS"))[:3] != b"220":
        raise LinkError(Judgement(Verdict.TRANSIENT, "tls"))
    await dialogue.encrypt(context, config)
    return await _say_hello(dialogue, config.helo)  # RFC 3207 4.2: forget what was said in clear


async def _say_hello(dialogue: "_Dialogue", helo: str) -> dict[str, str]:
    name = helo.encode("ascii")
    reply = await dialogue.ask(b"EHLO " + name)
    if reply[:1] == b"5":
        reply = await dialogue.ask(b"HELO " + name)
        if reply[:3] == b"250":
            return {}
    if reply[:3] != b"250":
        raise LinkError(Judgement(Verdict.TRANSIENT, f"connect {judge(reply, Stage.MAIL).code}"))
    return read_extensions(reply)


async def _authenticate(dialogue: "_Dialogue", config: SmtpConfig, mechanisms: str) -> None:
    user, password = config.username.encode("utf-8"), config.password.encode("utf-8")
    offered = mechanisms.upper().split()
    if "PLAIN" in offered:
        token = base64.b64encode(b"\0%s\0%s" % (user, password))
        reply = await dialogue.ask(b"AUTH PLAIN " + token)
    elif "LOGIN" in offered:
        reply = await dialogue.ask(b"AUTH LOGIN")
        for secret in (user, password):
            if reply[:3] == b"334":
                reply = await dialogue.ask(base64.b64encode(secret))
    else:
        raise LinkError(Judgement(Verdict.TRANSIENT, "auth"))
    if reply[:3] != b"235":
        raise LinkError(Judgement(Verdict.TRANSIENT, "auth"))


class _Dialogue(asyncio.Protocol):
    """One question, one answer: all that is needed before letters go."""

    def __init__(self, timeout: float) -> None:
        self.transport: asyncio.Transport
        self._timeout = timeout
        self._open = False
        self._rest = b""
        self._replies: asyncio.Queue[bytes] = asyncio.Queue()

    async def ask(self, command: bytes) -> bytes:
        """Send a command and return the whole reply. Raises OSError or TimeoutError."""
        self.transport.write(command + b"\r\n")
        return await self.hear()

    async def hear(self) -> bytes:
        """The next reply; the end of the connection is an OSError."""
        reply = await asyncio.wait_for(self._replies.get(), self._timeout)
        if not reply:
            raise ConnectionResetError("the server closed the connection")
        return reply

    async def encrypt(self, context: ssl.SSLContext, config: SmtpConfig) -> None:
        """Start TLS on the open connection. Raises ssl.SSLError, OSError or TimeoutError."""
        if self._rest or not self._replies.empty():
            # Replies sent ahead in clear would be taken for encrypted ones (CVE-2011-0411 and its kin).
            raise LinkError(Judgement(Verdict.TRANSIENT, "tls"))
        try:
            encrypted = await asyncio.get_running_loop().start_tls(
                self.transport,
                self,
                context,
                server_hostname=config.host,
                ssl_handshake_timeout=config.connect_timeout,
            )
        except (ConnectionError, TimeoutError) as error:
            raise LinkError(Judgement(Verdict.TRANSIENT, "tls")) from error
        if encrypted is None:
            raise LinkError(Judgement(Verdict.TRANSIENT, "tls"))
        self.transport = encrypted

    def abort(self) -> None:
        """Drop the connection if there is one."""
        if self._open:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._open = True

    def data_received(self, data: bytes) -> None:
        replies, self._rest = split_replies(self._rest + data)
        for reply in replies:
            self._replies.put_nowait(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open = False
        self._replies.put_nowait(b"")
