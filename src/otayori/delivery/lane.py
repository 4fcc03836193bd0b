"""A lane at work: claim, hand over, settle, several claims at a time, until nothing is due."""

import asyncio
import itertools
import logging
import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

from otayori.core.ids import new_id
from otayori.delivery import arming, forsaken, health
from otayori.delivery import claim as claiming
from otayori.delivery.contents import Contents
from otayori.delivery.ledger import Ledger
from otayori.delivery.outbox import Hand, Outbox
from otayori.delivery.parcel import Channel, Outcome
from otayori.delivery.release import SLICE
from otayori.delivery.status import LEASE

log = logging.getLogger(__name__)

MOST_IN_HAND = 4 * SLICE  # while some are sent, the next are claimed and the last are settled
LEAST_IN_HAND = SLICE + 1  # one slice may hang with its relay; the next goes on
HOLD = 2.0  # seconds of work to hold behind a slow relay: it can't be stopped, and others wait behind it
RENEW_EVERY = LEASE.total_seconds() / 3
PAUSE_UNREACHED = 5.0  # seconds without claims after the relay could not be reached at all
NOTE_EVERY = 30.0  # seconds between notes that a channel works


class Lane:
    """What one worker does for one lane on one channel. Woken by `wake()`, never by a queue of its own.

    `holder` is the worker. `may_claim` is asked before each claim: an emergency lets the other lanes rest.
    """

    def __init__(
        self,
        name: str,
        channel: Channel,
        ledger: Ledger,
        *,
        holder: UUID | None = None,
        may_claim: Callable[[], bool] = lambda: True,
    ) -> None:
        self.name = name
        self.channel = channel
        self._ledger = ledger
        self._holder = holder or new_id()
        self._held: set[int] = set()  # slices
        self._may_claim = may_claim
        self._outbox = Outbox(ledger, self._wrote)
        self._contents = Contents()
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._in_hand = 0
        self._pace = _Pace()
        self._stopping = False
        self._paused_until = 0.0
        self._noted: tuple[bool, float] = (False, 0.0)
        self._notes: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> bool:
        """Whether something is on its way."""
        return self._in_hand > 0

    def wake(self) -> None:
        """Look for due deliveries now."""
        self._work.set()

    def stop(self) -> None:
        """Claim nothing more; `run` returns once what is on its way is settled."""
        self._stopping = True
        self._work.set()

    async def run(self) -> None:
        """Work until stopped, and until what is on its way is settled."""
        async with asyncio.TaskGroup() as desk:
            desk.create_task(self._outbox.run())
            async with asyncio.TaskGroup() as hands:
                while not self._stopping:
                    await self._work.wait()
                    self._work.clear()
                    await self._drain(hands)
            self._outbox.close()
        await asyncio.gather(*self._notes)

    async def _drain(self, hands: asyncio.TaskGroup) -> None:
        """Claim until nothing is due, without waiting for the last claim: a relay may hang with that one."""
        while True:
            while self._in_hand >= self._pace.most:
                self._room.clear()
                await self._room.wait()
            if self._stopping or time.monotonic() < self._paused_until or not self._may_claim():
                return
            claim = await self._claim()
            if not claim:
                return
            self._in_hand += len(claim.tries)
            hands.create_task(self._deliver(claim))

    async def _claim(self) -> claiming.Claim:
        claim = await self._ledger.run(self._claiming())
        self._held |= claim.slices.keys()
        if self.channel.arms and claim.parcels:
            endpoints = [parcel.endpoint_id for parcel in claim.parcels]
            claim.arm(await self._ledger.run(partial(arming.take, endpoints)))
        return claim

    def _claiming(self) -> Callable[[], claiming.Claim]:
        """Return the work of one claim, which knows when it is repeated: the first answer may be lost."""
        place, holder, tries = (self.name, self.channel.name), self._holder, itertools.count()

        def work() -> claiming.Claim:
            if next(tries):
                forsaken.give_back(*place, holder=holder, held=self._held)
            return claiming.claim(*place, SLICE, self._contents, holder=holder)

        return work

    async def _deliver(self, claim: claiming.Claim) -> None:
        """Send, and keep the leases alive until all of it is written."""
        hand = Hand(claim, self._outbox)
        for outcome in claim.lost:
            self._outbox.add(outcome, claim.tries[outcome.delivery_id])
        whole = asyncio.create_task(self._hand_over(hand))
        while not (await asyncio.wait({whole}, timeout=RENEW_EVERY))[0]:
            open_rows = [number for number in hand.untold if claim.tries[number].slice_id is None]
            await self._ledger.run(partial(claiming.renew, claim.slices, open_rows))
        whole.result()

    async def _hand_over(self, hand: Hand) -> None:
        try:
            await self.channel.send(hand.claim.parcels, hand.tell)
        except Exception:
            # a text it chokes on must not stop the others
            log.exception("channel %s broke down over a claim", self.channel.name)
        hand.give_up("error")  # nothing, unless it broke down
        self._outbox.end(hand)
        await hand.written.wait()
        self._held -= hand.claim.slices.keys()

    def _wrote(self, outcomes: list[Outcome]) -> None:
        self._pace.count(len(outcomes), full=2 * self._in_hand > self._pace.most)
        self._in_hand -= len(outcomes)
        self._room.set()
        judged = health.verdict_of(outcomes)
        if judged is None:
            return
        works, code = judged
        if not works:
            self._paused_until = time.monotonic() + PAUSE_UNREACHED
        last, at = self._noted
        if works != last or time.monotonic() - at > NOTE_EVERY:
            self._noted = (works, time.monotonic())
            task = asyncio.create_task(self._note(works, code))
            self._notes.add(task)
            task.add_done_callback(self._notes.discard)

    async def _note(self, works: bool, code: str) -> None:
        await self._ledger.run(partial(health.note, self.channel.name, works, code))
        if not works:
            log.warning("channel %s can't reach its relay: %s", self.channel.name, code)


class _Pace:
    """How much to hold: what goes out in `HOLD` seconds."""

    def __init__(self) -> None:
        self.most = MOST_IN_HAND
        self._since = time.monotonic()
        self._count = 0

    def count(self, settled: int, *, full: bool) -> None:
        """Note so many settled; it tells of the relay only where enough was in hand to keep it busy."""
        now = time.monotonic()
        self._count += settled
        if now - self._since < 1.0:
            return
        if full:
            a_second = self._count / (now - self._since)
            self.most = max(LEAST_IN_HAND, min(MOST_IN_HAND, round(a_second * HOLD)))
        self._since, self._count = now, 0
