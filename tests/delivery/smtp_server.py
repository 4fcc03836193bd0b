"""A real SMTP server that tests script: it keeps every mail and envelope, refuses, drops and hangs as told.

It is strict on purpose: a second MAIL inside a transaction is 503, and commands that come before they
were asked for, on a server that does not offer PIPELINING, are written down in `violations`.
"""

import asyncio
import base64
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum
from pathlib import Path


class Trouble(Enum):
    """What the server can do instead of answering."""

    DROP = "close the connection"
    HANG = "never answer"


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived. `data` is the text with the dots unstuffed; `session` numbers connections."""

    sender: str  # the MAIL argument between < and >, as written
    recipient: str  # the RCPT argument between < and >, as written
    data: bytes
    session: int
    encrypted: bool
    user: str
    body: str = ""  # what BODY= said (RFC 6152)

    @property
    def message(self) -> EmailMessage:
        """The mail as the standard library reads it."""
        parsed = message_from_bytes(self.data, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class Rule:
    """Answer (or fail) so at this point, for this recipient, "@domain" or all, so many times or always."""

    at: str
    answer: str | Trouble
    to: str | None = None
    times: int | None = None

    def applies(self, at: str, to: str) -> bool:
        if self.at != at or self.times == 0:
            return False
        if not (self.to is None or self.to == to or (self.to[0] == "@" and to.endswith(self.to))):
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Hangup(Exception):
    """The script tells to close this connection."""


@dataclass
class SmtpServer:
    """Listens on a free loopback port while `running()` or `running_in_thread()` lasts."""

    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")
    certificate: Path | None = None  # PEM with key and certificate; offers STARTTLS
    implicit_tls: bool = False
    users: dict[str, str] = field(default_factory=dict)
    mechanisms: str = "PLAIN LOGIN"
    eager_data: bool = False  # answers 354 even when every recipient was refused
    delay: float = 0.0  # seconds it takes to accept a mail
    port: int = 0
    received: list[Mail] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    sessions: int = 0
    most_at_once: int = 0  # connections
    resumed: list[bool] = field(default_factory=list)  # for each TLS session, whether it was one
    rules: list[Rule] = field(default_factory=list)
    _open: set[asyncio.Task[None]] = field(default_factory=set)
    _tls: ssl.SSLContext | None = None

    def answer(
        self, at: str, answer: str | Trouble, *, to: str | None = None, times: int | None = None
    ) -> None:
        """Script one point: CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, TEXT (amid it), END, QUIT.

        `to` is the recipient of the transaction (at MAIL of the one before on this connection), or "@" and
        its domain.
        `times` limits it; earlier rules win.
        """
        self.rules.append(Rule(at, answer, to, times))

    def url(self, query: str = "", *, user: str = "", password: str = "") -> str:
        """The server's address as the product is configured with it."""
        who = f"{user}:{password}@" if user else ""
        return f"smtp{'s' if self.implicit_tls else ''}://{who}localhost:{self.port}{query}"

    def mails_to(self, recipient: str) -> list[Mail]:
        """What arrived for this recipient."""
        return [mail for mail in self.received if mail.recipient == recipient]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["SmtpServer"]:
        """Serve in the running event loop."""
        context = self._context() if self.implicit_tls else None
        server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=context, limit=1024 * 1024
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in tuple(self._open):
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)
            await server.wait_closed()

    @contextmanager
    def running_in_thread(self) -> Iterator["SmtpServer"]:
        """Serve in a thread of its own, for tests whose sender is another process."""
        ready, loop, stop = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

        async def serve() -> None:
            async with self.running():
                ready.set()
                await stop.wait()

        thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
        thread.start()
        try:
            assert ready.wait(10), "the SMTP server did not start"
            yield self
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            loop.close()

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            assert self.certificate is not None
            self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._tls.load_cert_chain(self.certificate)
        return self._tls

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self.sessions += 1
        self.most_at_once = max(self.most_at_once, len(self._open))
        session = _Session(self, self.sessions, reader, writer)
        try:
            with suppress(Hangup, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await session.run()
        finally:
            self._open.discard(task)
            writer.transport.abort()


class _Session:
    """One connection: reads a command, looks into the script, answers."""

    def __init__(
        self, server: SmtpServer, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.number, self.reader, self.writer = server, number, reader, writer
        self.encrypted = server.implicit_tls
        self.user = self.sender = self.recipient = self.before = self.body = ""
        self.begun = False

    async def run(self) -> None:
        self.note_tls()
        await self.say(await self.scripted("CONNECT") or "220 relay.example ESMTP")
        while line := await self.reader.readline():
            verb, _, argument = line.decode("ascii").strip().partition(" ")
            self.server.commands.append(verb.upper())
            self._note_haste(verb)
            handle = getattr(self, f"on_{verb.lower()}", None)
            await self.say("500 5.5.1 unknown command") if handle is None else await handle(argument)

    def note_tls(self) -> None:
        if encrypted := self.writer.get_extra_info("ssl_object"):
            self.server.resumed.append(encrypted.session_reused)

    def _note_haste(self, verb: str) -> None:
        waiting = bytes(self.reader._buffer)  # type: ignore[attr-defined]
        if waiting and "PIPELINING" not in self.server.extensions:
            self.server.violations.append(f"spoke before {verb} was answered")

    async def scripted(self, at: str) -> str | None:
        for rule in self.server.rules:
            if rule.applies(at, self.recipient or self.before):
                if rule.answer is Trouble.DROP:
                    raise Hangup
                if rule.answer is Trouble.HANG:
                    await asyncio.Event().wait()
                assert isinstance(rule.answer, str)
                return rule.answer
        return None

    async def say(self, reply: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in reply.split("\n")).encode("ascii"))
        await self.writer.drain()
        if reply.startswith(("421", "221")):
            await asyncio.sleep(0)
            self.writer.close()
            raise Hangup

    async def on_ehlo(self, name: str) -> None:
        offered = ["relay.example greets you", *self.server.extensions]
        if self.server.certificate and not self.encrypted:
            offered.append("STARTTLS")
        if self.server.users and (self.encrypted or not self.server.certificate):
            offered.append(f"AUTH {self.server.mechanisms}")
        lines = [f"250-{line}" for line in offered[:-1]] + [f"250 {offered[-1]}"]
        await self.say(await self.scripted("EHLO") or "\n".join(lines))

    async def on_helo(self, name: str) -> None:
        await self.say("250 relay.example")

    async def on_starttls(self, _: str) -> None:
        answer = await self.scripted("STARTTLS")
        await self.say(answer or "220 2.0.0 go ahead")
        if answer is None:
            with suppress(ssl.SSLError):  # a client that does not like the certificate
                await self.writer.start_tls(self.server._context())
                self.encrypted = True
                self.note_tls()
                return
            raise Hangup

    async def on_auth(self, argument: str) -> None:
        mechanism, _, initial = argument.partition(" ")
        if mechanism.upper() == "PLAIN":
            _, user, password = base64.b64decode(initial).decode().split("\0")
        else:
            user = await self._ask("VXNlcm5hbWU6")
            password = await self._ask("UGFzc3dvcmQ6")
        if answer := await self.scripted("AUTH"):
            await self.say(answer)
        elif self.server.users.get(user) == password:
            self.user = user
            await self.say("235 2.7.0 welcome")
        else:
            await self.say("535 5.7.8 wrong password")

    async def _ask(self, question: str) -> str:
        await self.say(f"334 {question}")
        return base64.b64decode(await self.reader.readline()).decode()

    async def on_mail(self, argument: str) -> None:
        if self.server.users and not self.user:
            await self.say("530 5.7.0 authentication required")
        elif self.begun:
            await self.say("503 5.5.1 nested MAIL command")
        elif answer := await self.scripted("MAIL"):
            await self.say(answer)
        else:
            self.begun, self.sender, self.recipient, self.before = True, _between_brackets(argument), "", ""
            self.body = argument.partition("BODY=")[2]
            await self.say("250 2.1.0 sender ok")

    async def on_rcpt(self, argument: str) -> None:
        recipient = _between_brackets(argument)
        self.recipient, before = recipient, self.recipient
        if not self.begun:
            self.recipient = before
            await self.say("503 5.5.1 need MAIL first")
        elif answer := await self.scripted("RCPT"):
            self.recipient = before
            await self.say(answer)
        else:
            await self.say("250 2.1.5 recipient ok")

    async def on_data(self, _: str) -> None:
        if not self.recipient and not (self.server.eager_data and self.begun):
            await self.say("554 5.5.1 no valid recipients" if self.begun else "503 5.5.1 need MAIL first")
            return
        if answer := await self.scripted("DATA"):
            await self.say(answer)
            return
        await self.say("354 end with a dot")
        if any(rule.at == "TEXT" and rule.times != 0 for rule in self.server.rules):
            first = await self.reader.readline()
            await self.scripted("TEXT")
        else:
            first = b""
        text = first if first == b".\r\n" else first + await self._read_text()
        if self.server.delay:
            await asyncio.sleep(self.server.delay)
        answer = await self.scripted("END")
        self.before = self.recipient
        if answer is None and self.recipient:
            self._keep(text)
        await self.say(answer or ("250 2.0.0 queued" if self.recipient else "554 5.5.1 no valid recipients"))
        self.begun, self.recipient = False, ""

    async def _read_text(self) -> bytes:
        lines = []
        while (line := await self.reader.readuntil(b"\r\n")) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _keep(self, text: bytes) -> None:
        self.server.received.append(
            Mail(self.sender, self.recipient, text, self.number, self.encrypted, self.user, self.body)
        )

    async def on_rset(self, _: str) -> None:
        self.begun, self.recipient = False, ""
        await self.say("250 2.0.0 ok")

    async def on_quit(self, _: str) -> None:
        await self.say(await self.scripted("QUIT") or "221 2.0.0 bye")


def _between_brackets(argument: str) -> str:
    return argument[argument.index("<") + 1 : argument.rindex(">")]
