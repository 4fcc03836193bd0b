"""Share a few persistent connections among all letters that wait; open, replace and close them."""

import asyncio
import contextlib
import logging
import math
import time
from collections import deque
from collections.abc import Iterable
from typing import cast

from otayori.delivery.channels.email.config import SmtpConfig
from otayori.delivery.channels.email.errors import LinkError
from otayori.delivery.channels.email.handshake import open_link
from otayori.delivery.channels.email.letter import Letter
from otayori.delivery.channels.email.replies import Judgement
from otayori.delivery.channels.email.smtp import SmtpLink
from otayori.delivery.parcel import Verdict

logger = logging.getLogger(__name__)

_LETTERS_PER_LINK = 5  # so many must wait before one more connection is worth its handshake
_TRIES = 3  # connections that may break under a letter before it is handed back
_PAUSE = 5.0  # seconds without new connections after one was refused while others work
_LAST_LETTERS = 2.0  # seconds a closing pool leaves to the letters in hand: cut off they would go twice
_BROKEN = 1
_SILENT = 2  # a connection that ran into its time limit has cost a minute: give up sooner
_DEALT_WITH = frozenset({Verdict.SENT, Verdict.PERMANENT})


class Pool:
    """The mailbag of all connections (see `smtp.Mailbag`). Lives in one event loop."""

    def __init__(self, config: SmtpConfig) -> None:
        self._config = config
        self._context = config.tls_context()
        self._urgent: deque[Letter] = deque()
        self._waiting: deque[Letter] = deque()
        self._links: set[SmtpLink] = set()
        self._idle: dict[SmtpLink, asyncio.TimerHandle] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._no_opening_before = 0.0
        self._hardship = 0  # broken connections since the relay last dealt with a letter
        self._closed_by_us = False
        self._deserted = asyncio.Event()

    def post(self, letters: Iterable[Letter]) -> None:
        """Queue letters; emergencies go before all that has not begun."""
        for letter in letters:
            (self._urgent if letter.urgent else self._waiting).append(letter)
        if self._closed_by_us:
            self._return_all(Judgement(Verdict.TRANSIENT, "closed"))
        self._staff()

    async def close(self) -> None:
        """Close all connections for good. Letters that wait are handed back, those in hand get a moment."""
        self._closed_by_us = True
        self._return_all(Judgement(Verdict.TRANSIENT, "closed"))
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

    def take(self) -> Letter | None:
        while self._urgent or self._waiting:
            letter = (self._urgent or self._waiting).popleft()
            if letter.bundle.abandoned:
                continue
            if letter.expires is None or letter.expires > time.time():
                return letter
            letter.bundle.add(letter.delivery_id, Judgement(Verdict.TRANSIENT, "deadline"))
        return None

    def settle(self, letter: Letter, judgement: Judgement) -> None:
        if judgement.verdict in _DEALT_WITH:
            self._hardship = 0
        letter.bundle.add(letter.delivery_id, judgement)

    def give_back(self, letter: Letter, code: str) -> None:
        letter.tries += 1
        if letter.tries < _TRIES and not self._closed_by_us:
            (self._urgent if letter.urgent else self._waiting).appendleft(letter)
        else:
            letter.bundle.add(letter.delivery_id, Judgement(Verdict.TRANSIENT, code))

    def idle(self, link: SmtpLink) -> None:
        if self._closed_by_us:
            link.leave()
            return
        loop = asyncio.get_running_loop()
        self._idle[link] = loop.call_later(self._config.idle_timeout, link.leave)

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
        if self._hardship > max(3, self._config.connections):
            self._hardship = 0
            logger.warning("the mail relay finishes nothing (%s): letters are handed back", code)
            verdict = Verdict.THROTTLED if code == "421" else Verdict.TRANSIENT
            self._return_all(Judgement(verdict, code))
        self._staff()

    # Connections

    def _staff(self) -> None:
        """Put idle connections to work and open as many as the waiting letters are worth."""
        while self._idle and (self._urgent or self._waiting):
            link, timer = self._idle.popitem()
            timer.cancel()
            link.start()
        waiting = len(self._urgent) + len(self._waiting)
        now = asyncio.get_running_loop().time()
        if not waiting or (self._links and now < self._no_opening_before):
            return
        worth = math.ceil(waiting / _LETTERS_PER_LINK) - len(self._opening)
        room = self._config.connections - len(self._links) - len(self._opening)
        for _ in range(min(worth, room)):
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
        link.start()

    def _not_opened(self, error: LinkError) -> None:
        self._no_opening_before = asyncio.get_running_loop().time() + _PAUSE
        if not self._links and not self._opening:
            logger.warning("no connection to the mail relay: %s", error)
            self._return_all(error.judgement)

    def _opened(self, task: asyncio.Task[None]) -> None:
        self._opening.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("opening a connection to the mail relay failed", exc_info=error)
            self._return_all(Judgement(Verdict.TRANSIENT, "connect"))

    def _return_all(self, judgement: Judgement) -> None:
        """Give every letter that has not begun back to its sender."""
        for queue in (self._urgent, self._waiting):
            while queue:
                letter = queue.popleft()
                letter.bundle.add(letter.delivery_id, judgement)
