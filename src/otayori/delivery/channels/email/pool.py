"""Share persistent connections among all letters that wait; open, replace and close them."""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Iterable
from typing import cast

from otayori.delivery.channels.email.config import SmtpConfig
from otayori.delivery.channels.email.domains import Domains, Returned
from otayori.delivery.channels.email.errors import LinkError
from otayori.delivery.channels.email.growth import START, Growth
from otayori.delivery.channels.email.handshake import open_link
from otayori.delivery.channels.email.letter import Letter
from otayori.delivery.channels.email.replies import Judgement
from otayori.delivery.channels.email.smtp import SmtpLink
from otayori.delivery.parcel import Verdict

logger = logging.getLogger(__name__)

_LETTERS_PER_LINK = 5  # so many must wait before one more connection is worth its handshake
_TRIES = 3  # connections that may break under a letter before it is handed back
_LAST_LETTERS = 2.0  # seconds a closing pool leaves to the letters in hand: cut off they would go twice
_LOOK_EVERY = 0.05  # seconds; while letters wait
_BROKEN = 1
_SILENT = 2  # a connection that ran into its time limit has cost a minute: give up sooner
_DEALT_WITH = (Verdict.SENT, Verdict.PERMANENT)


class Pool:
    """The mailbag of all connections (see `smtp.Mailbag`). Lives in one event loop."""

    def __init__(self, config: SmtpConfig) -> None:
        self._config = config
        self._context = config.tls_context()
        self._domains = Domains(
            config.connections,
            clock=time.monotonic,
            pause=config.domain_pause,
            patience=config.hang_timeout,
        )
        self._growth = Growth(config.connections)
        self._links: set[SmtpLink] = set()
        self._idle: dict[SmtpLink, asyncio.TimerHandle] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._ended = 0  # letters so far
        self._hardship = 0  # broken connections since the relay last dealt with a letter
        self._look: asyncio.TimerHandle | None = None
        self._closed_by_us = False
        self._deserted = asyncio.Event()

    def post(self, letters: Iterable[Letter]) -> None:
        """Queue letters; emergencies go before all that has not begun."""
        for letter in letters:
            if refusal := self._domains.post(letter):
                letter.end(refusal)
        if self._closed_by_us:
            self._return_all(Judgement(Verdict.TRANSIENT, "closed"))
        self._staff()
        if self._look is None and self._domains.waiting:
            self._look = asyncio.get_running_loop().call_later(_LOOK_EVERY, self._look_around)

    async def warm(self) -> None:
        """Have the connections ready that letters would start with; none if the relay is away."""
        if self._closed_by_us:
            return
        for link, timer in self._idle.items():
            timer.cancel()
            self._idle[link] = self._leave_later(link)
        self._open_more(min(START, self._config.connections) - len(self._links) - len(self._opening))
        if self._opening:
            await asyncio.wait(tuple(self._opening))

    async def close(self) -> None:
        """Close all connections for good. Letters that wait are handed back, those in hand get a moment."""
        self._closed_by_us = True
        self._return_all(Judgement(Verdict.TRANSIENT, "closed"))
        if self._look:
            self._look.cancel()
        opening = tuple(self._opening)
        for task in opening:
            task.cancel()
        await asyncio.gather(*opening, return_exceptions=True)
        self._deserted.clear()
        for link in tuple(self._idle):
            link.leave()
        if self._links:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._deserted.wait(), _LAST_LETTERS)
        for link in tuple(self._links):
            link.leave()
        if self._links:
            await self._deserted.wait()

    # The mailbag

    def take(self, beside: Letter | None = None) -> Letter | None:
        while letter := self._domains.take(beside):
            if letter.bundle.abandoned:
                self._domains.free(letter, beside)
            elif letter.expires is None or letter.expires > time.time():
                return letter
            else:
                self._domains.free(letter, beside)
                letter.end(Judgement(Verdict.TRANSIENT, "deadline"))
        return None

    def settle(self, letter: Letter, judgement: Judgement, beside: Letter | None = None) -> None:
        self._ended += 1
        if judgement.verdict in _DEALT_WITH:
            self._hardship = 0
        returned = self._domains.ended(letter, judgement, beside)
        letter.end(judgement)
        if returned:
            self._hand_back(returned)
        if self._idle and self._domains.ready:
            self._staff()

    def give_back(self, letter: Letter, code: str, beside: Letter | None = None) -> None:
        self._domains.free(letter, beside)
        letter.tries += 1
        judgement: Judgement | None = Judgement(Verdict.TRANSIENT, code)
        if letter.tries < _TRIES and not self._closed_by_us:
            judgement = self._domains.put_back(letter)
        if judgement:
            letter.end(judgement)

    def idle(self, link: SmtpLink) -> None:
        if self._closed_by_us:
            link.leave()
            return
        self._idle[link] = self._leave_later(link)

    def closed(self, link: SmtpLink, *, code: str, busy: bool) -> None:
        self._links.discard(link)
        if timer := self._idle.pop(link, None):
            timer.cancel()
        if not self._links:
            self._deserted.set()
        if busy:
            self._hardship += _SILENT if code == "timeout" else _BROKEN
        # A restarting relay breaks each connection once. More than that without one letter dealt with
        # in between: waiting on would only burn every lease.
        if self._hardship > max(3, self._growth.target):
            self._hardship = 0
            logger.warning("the mail relay finishes nothing (%s): letters are handed back", code)
            verdict = Verdict.THROTTLED if code == "421" else Verdict.TRANSIENT
            self._return_all(Judgement(verdict, code))
        self._staff()

    # Connections

    def _look_around(self) -> None:
        """While letters wait: find domains that hang, and out whether more connections pay."""
        self._look = None
        if returned := tuple(self._domains.hung()):
            logger.warning("%d letters wait for receiving domains that hang", len(returned))
            self._hand_back(returned)
            for link in tuple(self._links):
                link.part(self._domains.hangs)
        if self._domains.ready:
            self._growth.measure(
                time.monotonic(), ended=self._ended, cpu=time.thread_time(), connections=len(self._links)
            )
        else:
            self._growth.interrupt()
        self._staff()
        if self._domains.waiting and not self._closed_by_us:
            self._look = asyncio.get_running_loop().call_later(_LOOK_EVERY, self._look_around)

    def _staff(self) -> None:
        """Put idle connections to work and open as many as the waiting letters are worth."""
        while self._idle and self._domains.ready:
            link, timer = self._idle.popitem()
            timer.cancel()
            link.start()
        if not self._domains.ready:
            return
        worth = math.ceil(self._domains.waiting / _LETTERS_PER_LINK) - len(self._opening)
        # Others must not wait until a domain that hangs has run into the time limit everywhere.
        spare = min(self._domains.stuck, self._config.connections // 2)
        room = self._growth.target + spare - len(self._links) - len(self._opening)
        self._open_more(min(worth, room))

    def _open_more(self, count: int) -> None:
        for _ in range(count):
            task = asyncio.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opened)

    async def _open(self) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        try:
            link = await open_link(self._config, self._context, self)
        except LinkError as error:
            # Not when the task is done: several may fail before the loop comes round to say so.
            self._opening.discard(task)
            self._not_opened(error)
            return
        self._opening.discard(task)
        self._links.add(link)
        self._growth.opened(len(self._links))
        link.start()

    def _not_opened(self, error: LinkError) -> None:
        self._growth.refused(time.monotonic(), len(self._links))
        if not self._links and not self._opening:
            logger.warning("no connection to the mail relay: %s", error)
            self._return_all(error.judgement)

    def _opened(self, task: asyncio.Task[None]) -> None:
        self._opening.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("opening a connection to the mail relay failed", exc_info=error)
            self._return_all(Judgement(Verdict.TRANSIENT, "connect"))

    def _leave_later(self, link: SmtpLink) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._config.idle_timeout, link.leave)

    def _hand_back(self, returned: Returned) -> None:
        for letter, judgement in returned:
            letter.end(judgement)

    def _return_all(self, judgement: Judgement) -> None:
        """Give every letter that has not begun back to its sender."""
        for letter in self._domains.empty():
            letter.end(judgement)
