"""Carry letters over one SMTP connection that has been opened: one recipient per transaction.

Where the server offers PIPELINING (RFC 2920), the text of one letter and the MAIL, RCPT and DATA of the
next go out in one write, so that a letter costs one round trip.
"""

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol

from otayori.delivery.channels.email.letter import Letter
from otayori.delivery.channels.email.replies import SENT, Judgement, Stage, judge, split_replies
from otayori.delivery.parcel import Verdict

_LONGEST_REPLY = 65_536
# A longer text may lie in our buffer for a while; without another letter's commands behind it, an empty
# buffer tells for certain that the final dot has gone out.
_OVERLAP_UP_TO = 65_536
_GOODBYE = 3.0  # seconds to wait for the answer to QUIT
_RESET = b"RSET\r\n"
_DATA = b"DATA\r\n"
_LONE_DOT = b".\r\n"


class Mailbag(Protocol):
    """Where a connection takes its letters from, and to whom it tells what became of them.

    `beside` is the other letter that the connection has in hand then.
    """

    def take(self, beside: Letter | None = None) -> Letter | None:
        """The next letter to begin, or None."""

    def settle(self, letter: Letter, judgement: Judgement, beside: Letter | None = None) -> None:
        """This letter is through."""

    def give_back(self, letter: Letter, code: str, beside: Letter | None = None) -> None:
        """The connection ends before any of this letter's text was written."""

    def idle(self, link: "SmtpLink") -> None:
        """The connection has nothing to do."""

    def closed(self, link: "SmtpLink", *, code: str, busy: bool) -> None:
        """The connection has ended, why, and whether it had letters in hand."""


class _Step(Enum):
    """Which reply the letter in front waits for."""

    RSET = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()


class SmtpLink(asyncio.Protocol):
    """The transactions of one connection. `ending` has its text written, `front` only its envelope."""

    def __init__(self, mailbag: Mailbag, *, eight_bit: bool, pipelining: bool, timeout: float) -> None:
        self._mailbag = mailbag
        self._eight_bit = eight_bit  # the server offers 8BITMIME (RFC 6152)
        self._pipelining = pipelining
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle
        self._rest = b""
        self._heard = self._loop.time()
        self._front: Letter | None = None
        self._refusal: Judgement | None = None
        self._step = _Step.MAIL
        self._ending: Letter | None = None
        self._dotted = False  # a final dot was written and its reply has not come
        self._carried = 0
        self._unwritten = False  # bytes of ours wait in the transport
        self._unclean = False  # the server may hold a refused transaction open
        self._last = False  # close after the letter in hand: the server has an envelope that we took back
        self._leaving = False
        self._ended = False

    def attach(self, transport: asyncio.Transport) -> None:
        """Take over a greeted, and if need be encrypted and authenticated, connection."""
        self._transport = transport
        transport.set_protocol(self)
        transport.set_write_buffer_limits(high=0)  # pause_writing then means: something is unwritten
        self._timer = self._loop.call_later(self._timeout, self._watch)

    @property
    def busy(self) -> bool:
        """Whether it has letters in hand."""
        return self._dotted or self._front is not None

    def start(self) -> None:
        """Begin the next letter of the mailbag, or report to be idle."""
        if self._leaving or self._ended:
            return
        letter = self._mailbag.take()
        if letter is None:
            self._mailbag.idle(self)
            return
        self._heard = self._loop.time()
        self._transport.write(self._opening(letter))

    def leave(self) -> None:
        """Say QUIT and close; letters in hand are given up."""
        if self._leaving or self._ended:
            return
        if self.busy:
            self._end("closed")
            return
        self._leaving = True
        self._transport.write(b"QUIT\r\n")
        self._timer.cancel()
        self._timer = self._loop.call_later(_GOODBYE, self._end, "quit")

    def part(self, hangs: Callable[[bytes], bool]) -> None:
        """Give back the letter that waits behind one whose domain hangs, to go over another connection.

        Its envelope is written and can't be taken back, so this connection ends with the letter that hangs.
        """
        ending, front = self._ending, self._front
        if ending and front and hangs(ending.domain) and not hangs(front.domain):
            self._front, self._last = None, True
            self._mailbag.give_back(front, "parted", ending)

    # What asyncio calls

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        replies, self._rest = split_replies(self._rest + data if self._rest else data)
        if len(self._rest) > _LONGEST_REPLY:
            self._end("protocol")
        for reply in replies:
            if self._ended:
                return
            self._answer(reply)

    def pause_writing(self) -> None:
        self._unwritten = True

    def resume_writing(self) -> None:
        self._unwritten = False

    def connection_lost(self, exc: Exception | None) -> None:
        self._end("lost")

    # The dialogue

    def _opening(self, letter: Letter) -> bytes:
        """What to write to begin this letter: the whole envelope, or the first command of it."""
        self._front, self._refusal = letter, None
        if self._unclean:
            self._step, reset, self._unclean = _Step.RSET, _RESET, False
        else:
            self._step, reset = _Step.MAIL, b""
        if self._pipelining:
            return b"%s%sRCPT TO:<%s>\r\nDATA\r\n" % (reset, self._mail(letter), letter.mailbox)
        return reset or self._mail(letter)

    def _mail(self, letter: Letter) -> bytes:
        if self._eight_bit and letter.rest8:
            return b"MAIL FROM:<%s> BODY=8BITMIME\r\n" % letter.return_path
        return b"MAIL FROM:<%s>\r\n" % letter.return_path

    def _text(self, letter: Letter) -> bytes:
        return letter.rest8 if self._eight_bit and letter.rest8 else letter.rest

    def _answer(self, reply: bytes) -> None:
        front = self._front
        if reply[:3] == b"421":
            self._dismissed(reply)
        elif self._leaving or not reply[:3].isdigit():
            self._end("protocol")
        elif self._dotted:
            self._after_dot(reply)
        elif front is None:
            self._end("protocol")
        elif self._step is _Step.DATA:
            self._after_data(reply, front)
        else:
            self._after_command(reply, front)

    def _after_command(self, reply: bytes, front: Letter) -> None:
        step = self._step
        if step is _Step.RSET:
            self._step, command = _Step.MAIL, self._mail(front)
        else:
            if reply[:1] != b"2" and self._refusal is None:
                self._refusal = judge(reply, Stage.MAIL if step is _Step.MAIL else Stage.RCPT)
            if step is _Step.MAIL:
                self._step, command = _Step.RCPT, b"RCPT TO:<%s>\r\n" % front.mailbox
            else:
                self._step, command = _Step.DATA, _DATA
        if self._pipelining:
            return
        if self._refusal is None:
            self._transport.write(command)
        else:
            self._refused(front, self._refusal)

    def _after_data(self, reply: bytes, front: Letter) -> None:
        if reply[:3] != b"354":
            self._refused(front, self._refusal or judge(reply, Stage.DATA))
        elif self._refusal is None:
            self._write_text(front)
        else:
            # RFC 2920 3.1: the server wants a text although it has nobody to give it to; a lone dot is
            # an empty one, and its reply means nothing.
            self._dotted, self._ending, self._unclean = True, None, True
            self._front = None
            self._mailbag.settle(front, self._refusal)
            following = self._mailbag.take()
            self._transport.write(_LONE_DOT + (self._opening(following) if following else b""))

    def _write_text(self, letter: Letter) -> None:
        self._ending, self._front, self._dotted = letter, None, True
        text, following = self._text(letter), None
        if self._pipelining and len(text) <= _OVERLAP_UP_TO:
            following = self._mailbag.take(letter)
        if following is None:
            self._transport.write(letter.head + text)
        else:
            self._transport.write(b"".join((letter.head, text, self._opening(following))))

    def _after_dot(self, reply: bytes) -> None:
        letter, self._ending, self._dotted = self._ending, None, False
        if letter is not None:
            self._carried += 1
            accepted = reply[:3] == b"250"
            self._mailbag.settle(letter, SENT if accepted else judge(reply, Stage.TEXT), self._front)
        if self._last:
            self._end("parted")
        elif self._front is None:
            self.start()

    def _refused(self, letter: Letter, judgement: Judgement) -> None:
        self._front, self._unclean = None, True
        self._mailbag.settle(letter, judgement)
        self.start()

    def _dismissed(self, reply: bytes) -> None:
        """421: the server closes the connection, whatever the question was."""
        busy = self.busy
        letter = self._ending if self._dotted else self._front
        worn_out = not self._dotted and self._step is _Step.MAIL and self._carried
        # At the MAIL of a later letter it means "enough for this connection": another one may go on.
        if letter is not None and not worn_out:
            if self._dotted:
                self._ending, self._dotted = None, False
            else:
                self._front = None
            self._mailbag.settle(letter, judge(reply, Stage.TEXT), self._front)
        self._end("421", was_busy=busy)

    # The end

    def _watch(self) -> None:
        """Break a connection that owes a reply for too long; one timer, not one for each reply."""
        silence = self._loop.time() - self._heard
        if self.busy and silence >= self._timeout:
            self._end("timeout")
            return
        wait = self._timeout - silence if self.busy else self._timeout
        self._timer = self._loop.call_later(max(wait, 0.01), self._watch)

    def _end(self, code: str, *, was_busy: bool = False) -> None:
        if self._ended:
            return
        self._ended = True
        busy = self.busy or was_busy
        self._timer.cancel()
        self._transport.abort()
        ending, front = self._ending, self._front
        self._ending, self._front, self._dotted = None, None, False
        if ending is not None:
            # With a following envelope in the buffer nobody knows whether the dot went out: unknown, then.
            cut = self._unwritten and front is None and not self._last
            verdict = Verdict.TRANSIENT if cut else Verdict.UNKNOWN
            self._mailbag.settle(ending, Judgement(verdict, code), front)
        if front is not None and self._refusal is not None:
            self._mailbag.settle(front, self._refusal)
        elif front is not None:
            self._mailbag.give_back(front, code)
        self._mailbag.closed(self, code=code, busy=busy)
