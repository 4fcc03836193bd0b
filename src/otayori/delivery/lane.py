"""A lane at work: claim, hand over, settle, several chunks at a time, until nothing is due."""

import asyncio
import logging
import time
from functools import partial

from otayori.delivery import claim as claiming
from otayori.delivery import health
from otayori.delivery.ledger import Ledger
from otayori.delivery.parcel import Channel, Outcome
from otayori.delivery.settle import settle

log = logging.getLogger(__name__)

CHUNK = 500
AT_ONCE = 4  # chunks on their way: while one is sent the next is claimed and the last is settled
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
        self._contents: claiming.Contents = {}
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
        """Work until stopped."""
        while not self._stopping:
            await self._work.wait()
            self._work.clear()
            await self._drain()

    async def _drain(self) -> None:
        on_their_way: set[asyncio.Task[None]] = set()
        while not self._stopping and time.monotonic() >= self._paused_until:
            claim = await self._claim()
            if not claim:
                break
            on_their_way.add(asyncio.create_task(self._deliver(claim)))
            if len(on_their_way) >= AT_ONCE:
                done, on_their_way = await asyncio.wait(on_their_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        await asyncio.gather(*on_their_way)

    async def _claim(self) -> claiming.Claim:
        if len(self._contents) > CONTENTS_KEPT:
            self._contents = {}
        work = partial(claiming.claim, self.name, self.channel.name, CHUNK, self._contents)
        return await self._ledger.run(work)

    async def _deliver(self, claim: claiming.Claim) -> None:
        outcomes = claim.lost + await self.channel.send(claim.parcels)
        # Repeated until the database answers: what has gone out must be written, or it goes out again.
        await self._ledger.run(partial(settle, outcomes, claim.attempts))
        await self._note(outcomes)

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
