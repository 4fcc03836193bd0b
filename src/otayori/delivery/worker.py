"""The worker process: all lanes on all channels, woken by PostgreSQL, and by the clock for what is due.

Rows are the truth; a wake-up carries nothing but the name of a lane. Any number of workers may run, on any
host; each helps with whatever is due. See docs/decisions/0003-waking-workers.md.
"""

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
import uvloop

from otayori.core import clock
from otayori.core.connections import parameters
from otayori.core.ids import new_id
from otayori.delivery import arming, forsaken, health
from otayori.delivery.channels.registry import CHANNELS
from otayori.delivery.claim import due_lanes
from otayori.delivery.lane import Lane
from otayori.delivery.ledger import Ledger
from otayori.delivery.parcel import Channel, Urgency
from otayori.delivery.release import LANE_SIGNAL, SOON_SIGNAL
from otayori.delivery.rest import Rest
from otayori.delivery.sweep import sweep

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds between looks at what is due: retries, and signals that got lost
SWEEP_EVERY = 30.0
BEAT_EVERY = 5.0
ARM_EVERY = 60.0  # seconds between looks for devices without a prepared push, once all have one
ARM_AFTER = 2.0  # seconds after something was sent
ARM_AT_ONCE = 200  # some 30 ms: what comes in meanwhile need not wait
LISTEN_AGAIN = 1.0
FINISH_WITHIN = 5.0  # seconds for what is on its way; what has not begun by then goes back
SETTLE_WITHIN = 5.0  # seconds to write what became of it


@dataclass(frozen=True)
class Chore:
    """Work of other parts of the product that a worker does along the way, in a thread with a connection.

    It must be safe in several workers at once, and must not hold its connection while it talks to a network.
    """

    name: str
    work: Callable[[], object]
    every: float  # seconds


class Worker:
    """One process. Emergencies have channels, connections and a database thread of their own."""

    def __init__(self, chores: Sequence[Chore] = ()) -> None:
        self.id = new_id()
        self._chores = chores
        self._started_at = clock.now()
        self._ledger = Ledger(threads=4)
        self._emergency_ledger = Ledger(threads=2)
        self._chore_ledger = Ledger(threads=max(1, len(chores)))  # one may wait for a mailbox
        self._channels = {name: make() for name, make in CHANNELS.items()}
        self._emergency_channels = {name: make() for name, make in CHANNELS.items()}
        self._rest = Rest(self._emergency_is_on_its_way)
        self._lanes = {(lane.value, name): self._lane(lane, name) for lane in Urgency for name in CHANNELS}
        self._stopping = asyncio.Event()
        self._warming: set[asyncio.Task[None]] = set()

    def _lane(self, lane: Urgency, channel: str) -> Lane:
        if lane is Urgency.EMERGENCY:
            emergency = self._emergency_channels[channel]
            return Lane(lane.value, emergency, self._emergency_ledger, holder=self.id)
        return Lane(
            lane.value,
            self._channels[channel],
            self._ledger,
            holder=self.id,
            may_claim=lambda: not self._rest.is_on,
        )

    def _emergency_is_on_its_way(self) -> bool:
        return any(desk.busy for (name, _), desk in self._lanes.items() if name == Urgency.EMERGENCY)

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT, then settle what is on its way and end."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stopping.set)
        lanes = [asyncio.create_task(self._guard(lane.run())) for lane in self._lanes.values()]
        own = (self._listen(), self._look(), self._beat(), self._sweep(), self._arm())
        parts = (*own, *map(self._do, self._chores))
        watchers = [asyncio.create_task(self._guard(part)) for part in parts]
        log.info("worker ready")
        await self._stopping.wait()
        for watcher in watchers:
            watcher.cancel()
        for lane in self._lanes.values():
            lane.stop()
        await asyncio.wait(lanes, timeout=FINISH_WITHIN)
        await self._close_channels()
        await asyncio.wait(lanes, timeout=SETTLE_WITHIN)
        await self._close()

    async def _guard(self, part: Coroutine[Any, Any, None]) -> None:
        """A part that fails ends the process: what started us starts us anew, and leases bring rows back."""
        try:
            await part
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("worker part failed")
            self._stopping.set()
            os._exit(1)

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except (psycopg.Error, OSError):
                await asyncio.sleep(LISTEN_AGAIN)

    async def _hear(self) -> None:
        """Wake lanes as releases commit. A connection of its own, in autocommit."""
        async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as listening:
            await listening.execute(f"LISTEN {LANE_SIGNAL}")
            await listening.execute(f"LISTEN {SOON_SIGNAL}")
            async for heard in listening.notifies():
                if heard.channel == SOON_SIGNAL:
                    self._get_ready(heard.payload)
                else:
                    self._wake(heard.payload)

    def _wake(self, lane: str) -> None:
        if lane == Urgency.EMERGENCY:
            self._rest.expect()
        for (name, _), desk in self._lanes.items():
            if name == lane:
                desk.wake()

    def _get_ready(self, lane: str) -> None:
        """A message of this lane is about to be released: its connections can be open by then.

        Not waited for: a relay that is slow to connect must not keep the release itself from being heard.
        """
        if lane == Urgency.EMERGENCY:
            self._rest.expect()
        for (name, _), desk in self._lanes.items():
            if name == lane:
                warming = asyncio.create_task(self._warm(desk.channel))
                self._warming.add(warming)
                warming.add_done_callback(self._warming.discard)

    async def _warm(self, channel: Channel) -> None:
        try:
            await channel.warm()
        except Exception:
            log.exception("channel %s could not get ready", channel.name)

    async def _look(self) -> None:
        while True:
            for key in await self._ledger.run(due_lanes):
                self._lanes[key].wake()
            await asyncio.sleep(LOOK_EVERY)

    async def _arm(self) -> None:
        """Prepare pushes while nothing is sent."""
        while True:
            while not any(desk.busy for desk in self._lanes.values()):
                if await self._ledger.run(partial(arming.top_up, ARM_AT_ONCE)) < ARM_AT_ONCE:
                    await asyncio.sleep(ARM_EVERY)
            await asyncio.sleep(ARM_AFTER)

    async def _do(self, chore: Chore) -> None:
        while True:
            try:
                await self._chore_ledger.run(chore.work)
            except Exception:
                log.exception("%s failed", chore.name)
            await asyncio.sleep(chore.every)

    async def _sweep(self) -> None:
        while True:
            begun = time.monotonic()
            if returned := await self._ledger.run(sweep):
                log.warning("%d leases ran out", returned)
            await asyncio.sleep(max(1.0, SWEEP_EVERY - (time.monotonic() - begun)))

    async def _beat(self) -> None:
        where = forsaken.place()
        while True:
            await self._ledger.run(partial(health.beat, self.id, where, self._started_at))
            if returned := await self._ledger.run(partial(forsaken.take_over, self.id)):
                log.warning("%d slices of a worker that died are due again", returned)
                for desk in self._lanes.values():
                    desk.wake()
            await asyncio.sleep(BEAT_EVERY)

    async def _close_channels(self) -> None:
        channels = (*self._channels.values(), *self._emergency_channels.values())
        await asyncio.gather(*(channel.close() for channel in channels))

    async def _close(self) -> None:
        with contextlib.suppress(TimeoutError):  # the database may be away: then the beat just stops
            await asyncio.wait_for(self._ledger.run(partial(health.leave, self.id)), timeout=5)
        for ledger in (self._ledger, self._emergency_ledger, self._chore_ledger):
            ledger.close()
        log.info("worker ended")


def run(chores: Sequence[Chore] = ()) -> None:
    """Run a worker in this process; Django is set up already."""

    async def main() -> None:
        await Worker(chores).run()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
