"""A mail relay that goes wrong: refuses, hangs, breaks off amid the text or after the dot, is busy, slow."""

import asyncio
import re
import time
from uuid import UUID

from bench.chaos.history import Arrival, Refusal
from bench.chaos.sinks import Broken, Sink, Talk

_MESSAGE_ID = re.compile(rb"^Message-ID: <([0-9a-f-]{36})\.([0-9a-f-]{36})@", re.MULTILINE)
_SUBJECT = re.compile(rb"^Subject: (.*?)\r$", re.MULTILINE)
_HEAD = 4096  # bytes, more than our headers
GONE = "550 5.1.1"


class MailSink(Sink):
    """Takes mail for everybody but the dead."""

    def talk(self, worker: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Talk:
        return _Session(self, worker, reader, writer)


class _Session(Talk):
    """One SMTP session with PIPELINING: replies go out in order, one a command."""

    recipient = ""
    refused = False
    begun = 0.0
    came = 0.0  # when the line being served can have come

    async def run(self) -> None:
        await self.say("220 relay.example ESMTP")
        while line := await self.next_line():
            await self.sink.brood()
            verb, _, argument = line.decode("ascii").strip().partition(" ")
            match verb.upper():
                case "EHLO":
                    await self.say("250-relay.example", "250-PIPELINING", "250 ENHANCEDSTATUSCODES")
                case "MAIL":
                    await self.on_mail()
                case "RCPT":
                    await self.on_rcpt(argument[argument.index("<") + 1 : argument.rindex(">")])
                case "DATA":
                    await self.on_data()
                case "QUIT":
                    await self.say("221 2.0.0 bye")
                    return
                case _:
                    self.recipient = ""
                    await self.say("250 2.0.0 ok")

    async def next_line(self) -> bytes:
        """What stands in the buffer while the sink hangs or is slow has come before, not when it is read."""
        if not self.reader._buffer:  # type: ignore[attr-defined]  # noqa: SLF001
            line = await self.reader.readline()
            self.came = time.time()
            return line
        return await self.reader.readline()

    async def say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode("ascii"))
        await self.writer.drain()

    async def dismiss(self) -> None:
        await self.say("421 4.3.2 shutting down")
        await asyncio.sleep(0.01)
        raise Broken

    async def on_mail(self) -> None:
        self.recipient, self.begun = "", self.came
        if self.sink.strikes("421"):
            await self.dismiss()
        await self.say("250 2.1.0 ok")

    async def on_rcpt(self, recipient: str) -> None:
        if recipient in self.sink.dead:
            self.sink.refusals.append(Refusal(recipient, time.time(), GONE))
            await self.say(f"{GONE} no such user")
        elif self.sink.strikes("busy"):
            await self.say("450 4.2.1 mailbox busy")
        else:
            self.recipient = recipient
            await self.say("250 2.1.5 ok")

    async def on_data(self) -> None:
        if not self.recipient:
            await self.say("554 5.5.1 no valid recipients")
            return
        await self.say("354 end with a dot")
        if self.sink.strikes("reset"):
            await self.reader.readline()
            raise Broken
        text = await self.reader.readuntil(b"\r\n.\r\n")
        self.came = time.time()
        if self.sink.strikes("busy"):
            await self.say("451 4.3.0 try again later")
            return
        if self.sink.strikes("421"):
            await self.dismiss()
        self.keep(self.read(text[:_HEAD]))
        if self.sink.strikes("cut"):
            raise Broken
        await self.sink.brood()
        await self.answered(b"250 2.0.0 queued\r\n")

    def read(self, head: bytes) -> Arrival:
        ids, subject = _MESSAGE_ID.search(head), _SUBJECT.search(head)
        return Arrival(
            channel="email",
            batch=UUID(ids[1].decode()) if ids else UUID(int=0),
            endpoint=UUID(ids[2].decode()) if ids else UUID(int=0),
            address=self.recipient,
            title=subject[1].decode() if subject else "",
            worker=self.worker,
            begun=self.begun,
            at=time.time(),
            heard=False,
        )
