"""The outbox of a lane: outcomes are written behind the sending, as many at once as came in meanwhile."""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial

from otayori.delivery.claim import Claim, Try
from otayori.delivery.ledger import Ledger
from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.settle import settle

GATHER = 0.1  # seconds to wait for more: one statement for some hundred rows costs little more than for one
ENOUGH = 500


class Hand:
    """One claim on its way through a channel: which of its deliveries have not been told yet."""

    def __init__(self, claim: Claim, outbox: "Outbox") -> None:
        self.claim = claim
        self.untold = {parcel.delivery_id for parcel in claim.parcels}
        self.written = asyncio.Event()  # all of it is settled
        self._outbox = outbox

    def tell(self, outcome: Outcome) -> None:
        """Take the outcome of one parcel; a second one for the same parcel is not believed."""
        if outcome.delivery_id in self.untold:
            self.untold.remove(outcome.delivery_id)
            self._outbox.add(outcome, self.claim.tries[outcome.delivery_id])

    def give_up(self, code: str) -> None:
        """The channel broke down: what it has not told of may have arrived."""
        for delivery_id in tuple(self.untold):
            self.tell(Outcome(delivery_id, Verdict.UNKNOWN, code))


class Outbox:
    """Collects outcomes and settles them, without ever holding up what is being sent."""

    def __init__(self, ledger: Ledger, wrote: Callable[[list[Outcome]], None]) -> None:
        self._ledger = ledger
        self._wrote = wrote  # told after each statement
        self._outcomes: list[Outcome] = []
        self._tries: dict[int, Try] = {}
        self._next: list[tuple[Outcome, Try]] = []
        self._ended: list[Hand] = []
        self._something = asyncio.Event()
        self._enough = asyncio.Event()  # not worth waiting for more
        self._closing = False

    def add(self, outcome: Outcome, spoken_of: Try) -> None:
        """Write this with the next statement.

        With the one after it where another try of the same delivery stands there already: this process was
        asleep, its lease ran out, and it took the slice again itself. One statement can't write a row twice.
        """
        if outcome.delivery_id in self._tries:
            self._next.append((outcome, spoken_of))
            return
        self._outcomes.append(outcome)
        self._tries[outcome.delivery_id] = spoken_of
        self._something.set()
        if len(self._outcomes) >= ENOUGH:
            self._enough.set()

    def end(self, hand: Hand) -> None:
        """All of this claim has been told: its slices are finished once that is written."""
        self._ended.append(hand)
        self._something.set()
        self._enough.set()

    def close(self) -> None:
        """Nothing more comes; `run` returns when all is written."""
        self._closing = True
        self._something.set()
        self._enough.set()

    async def run(self) -> None:
        """Write until closed."""
        while not self._closing or self._outcomes or self._ended:
            await self._something.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._enough.wait(), GATHER)
            if not self._closing:
                self._something.clear()
                self._enough.clear()
            await self._write()

    async def _write(self) -> None:
        outcomes, self._outcomes = self._outcomes, []
        tries, self._tries = self._tries, {}
        held_back, self._next = self._next, []
        ended: list[Hand] = []
        if not held_back:  # else something of these may be missing yet
            ended, self._ended = self._ended, []
        for outcome, spoken_of in held_back:
            self.add(outcome, spoken_of)
        if not outcomes and not ended:
            return
        finished = {slice_id: number for hand in ended for slice_id, number in hand.claim.slices.items()}
        # Repeated until the database answers: what has gone out must be written, or it goes out again.
        await self._ledger.run(partial(settle, outcomes, tries, finished))
        for hand in ended:
            hand.written.set()
        self._wrote(outcomes)
