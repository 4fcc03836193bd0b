"""A lane at work: claim, hand over, settle, several chunks at a time, until nothing is due."""

import asyncio
import logging
import time
from functools import partial

from otayori.delivery import claim as claiming
from otayori.delivery import health
from otayori.delivery.ledger import Ledger
from otayori.delivery.parcel import Channel, Outcome, Verdict
from otayori.delivery.settle import settle
from otayori.delivery.status import LEASE

log = logging.getLogger(__name__)

CHUNK = 500
SMALLEST_CHUNK = 20
SLOW, QUICK = 5.0, 1.0  # seconds a chunk takes, past which the next is half, and below which twice as large
AT_ONCE = 4  # chunks on their way: while one is sent the next is claimed and the last is settled
RENEW_EVERY = LEASE.total_seconds() / 3
PAUSE_UNREACHED = 5.0  # seconds without claims after a chunk that could not reach the relay at all
NOTE_EVERY = 30.0  # seconds between notes that a channel works
CONTENTS_KEPT = 200


class Lane:
    """What one worker does for one lane on one channel. Woken by `wake()`, never by a queue of its own."""

    def __init__(self, name: str, channel: Channel, ledger: Ledger) -> None:
        self.name = name
        self.channel = channel
        self._ledger = ledger
        self._work = asyncio.Event()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._contents: claiming.Contents = {}
        self._chunk = CHUNK
        self._stopping = False
        self._paused_until = 0.0
        self._noted: tuple[bool, float] = (False, 0.0)

    def wake(self) -> None:
        """Look for due deliveries now."""
        self._work.set()

    def stop(self) -> None:
        """Claim nothing more; `run` returns once what is on its way is settled."""
        self._stopping = True
        self._work.set()

    async def run(self) -> None:
        """Work until stopped, and until what is on its way is settled."""
        async with asyncio.TaskGroup() as chunks:
            while not self._stopping:
                await self._work.wait()
                self._work.clear()
                await self._drain(chunks)

    async def _drain(self, chunks: asyncio.TaskGroup) -> None:
        """Claim until nothing is due, without waiting for the last chunk: a relay may hang with that one."""
        while True:
            await self._room.acquire()
            claim = None if self._stopping or self._paused() else await self._claim()
            if not claim:
                self._room.release()
                return
            chunks.create_task(self._deliver(claim))

    def _paused(self) -> bool:
        return time.monotonic() < self._paused_until

    async def _claim(self) -> claiming.Claim:
        if len(self._contents) > CONTENTS_KEPT:
            self._contents = {}
        work = partial(claiming.claim, self.name, self.channel.name, self._chunk, self._contents)
        return await self._ledger.run(work)

    async def _deliver(self, claim: claiming.Claim) -> None:
        try:
            begun = time.monotonic()
            outcomes = claim.lost + await self._hand_over(claim)
            self._measure(time.monotonic() - begun)
            # Repeated until the database answers: what has gone out must be written, or it goes out again.
            await self._ledger.run(partial(settle, outcomes, claim.attempts))
            await self._note(outcomes)
        finally:
            self._room.release()

    def _measure(self, seconds: float) -> None:
        """Hold less behind a slow relay: what is held can't be stopped, and small schools wait behind it."""
        if seconds > SLOW:
            self._chunk = max(SMALLEST_CHUNK, self._chunk // 2)
        elif seconds < QUICK:
            self._chunk = min(CHUNK, self._chunk * 2)

    async def _hand_over(self, claim: claiming.Claim) -> list[Outcome]:
        """Send, and keep the leases alive meanwhile. A text it chokes on must not stop the others."""
        sending = asyncio.create_task(self.channel.send(claim.parcels))
        while not (await asyncio.wait({sending}, timeout=RENEW_EVERY))[0]:
            await self._ledger.run(partial(claiming.renew, list(claim.attempts)))
        try:
            return sending.result()
        except Exception:
            log.exception("channel %s broke down over a chunk", self.channel.name)
            return [Outcome(parcel.delivery_id, Verdict.UNKNOWN, "error") for parcel in claim.parcels]

    async def _note(self, outcomes: list[Outcome]) -> None:
        judged = health.verdict_of(outcomes)
        if judged is None:
            return
        works, code = judged
        if not works:
            self._paused_until = time.monotonic() + PAUSE_UNREACHED
        last, at = self._noted
        if works != last or time.monotonic() - at > NOTE_EVERY:
            self._noted = (works, time.monotonic())
            await self._ledger.run(partial(health.note, self.channel.name, works, code))
            if not works:
                log.warning("channel %s can't reach its relay: %s", self.channel.name, code)
