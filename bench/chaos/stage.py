"""What happens in a fault run, by the clock: weather, blows, releases, and the draining after them.

Import it when Django is set up.
"""

import heapq
import itertools
import os
import random
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from signal import SIGQUIT
from uuid import UUID

from django.db import connection

from bench.chaos import ward
from bench.chaos.crew import Crew
from bench.chaos.history import BatchFacts, Disturbance, Reading
from bench.chaos.outside import Outside
from bench.chaos.plan import Incident, Plan, Release, Weather
from otayori.ops.postgres import EmbeddedPostgres

AFTERWARDS = 3.0  # seconds in which something too much could still come
READERS = 0.15  # share of the guardians with a phone who open a message while its mail waits


class Run:
    """What happens in which order. Everything is done from one thread, by the clock."""

    def __init__(self, outside: Outside, postgres: EmbeddedPostgres, crew: Crew, sent: "Sending") -> None:
        self._outside, self._postgres, self._crew, self._sending = outside, postgres, crew, sent
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()  # of two events at the same moment the first planned comes first
        self.crashes: list[Disturbance] = []

    def play(self, plan: Plan, seconds: float) -> None:
        """Let the plan happen."""
        begin = time.monotonic()
        for weather in plan.weather:
            self._at(begin + weather.at, partial(self._outside.turn, weather))
        for incident in plan.incidents:
            self._at(begin + incident.at, partial(self._strike, incident))
        for planned in plan.releases:
            self._at(begin + planned.at, partial(self._release, planned))
        while self._events and self._events[0][0] < begin + seconds:
            when, _, happen = heapq.heappop(self._events)
            time.sleep(max(0.0, when - time.monotonic()))
            happen()
            self._crew.look()

    def drain(self, until: float) -> float:
        """End the faults; returns the seconds until no row was open, or until patience ran out."""
        begun = time.monotonic()
        for _, _, happen in sorted(self._events):  # what was begun is brought to its end
            happen()
        self._crew.finish_all()
        for sink in ("mail", "push"):
            self._outside.turn(Weather(0, sink, "calm"))
        while (left := ward.open_deliveries()) and time.monotonic() < until:
            time.sleep(0.5)
            self._crew.look()
        print(f"drained after {time.monotonic() - begun:.0f} s, {left} open")
        time.sleep(AFTERWARDS)
        return time.monotonic() - begun

    def _at(self, when: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._count), happen))

    def _strike(self, incident: Incident) -> None:
        if incident.kind == "database":
            self._crash_database(incident.length)
            return
        self._crew.begin(incident.kind, incident.worker)
        self._at(time.monotonic() + incident.length, partial(self._crew.finish, incident.worker))

    def _crash_database(self, length: float) -> None:
        """SIGQUIT is PostgreSQL's immediate mode: no goodbye, and recovery from the log on the next start."""
        begin = time.time()
        assert self._postgres.pid is not None
        os.kill(self._postgres.pid, SIGQUIT)
        while self._postgres.running:
            time.sleep(0.05)
        time.sleep(length)
        self._postgres.start()
        connection.close()
        self.crashes.append(Disturbance("database", 0, begin, time.time()))

    def _release(self, planned: Release) -> None:
        batch_id = self._sending.release(planned)
        self._at(time.monotonic() + planned.read, partial(self._sending.let_read, batch_id))
        if planned.end == "stop":
            self._at(time.monotonic() + planned.length, partial(self._sending.stop, batch_id))


class Sending:
    """What people do meanwhile: staff release to some of the guardians and stop, guardians read."""

    def __init__(self, place: ward.Ward, each: int, seed: int) -> None:
        self._ward, self._each, self._dice = place, each, random.Random(seed)
        self._shares: dict[UUID, set[UUID]] = {}
        self.batches: dict[UUID, BatchFacts] = {}
        self.readings: list[Reading] = []

    def release(self, planned: Release) -> UUID:
        share = self._dice.sample(sorted(self._ward.owners), self._each)
        facts = ward.send(self._ward, planned, share)
        self.batches[facts.id] = facts
        self._shares[facts.id] = set(share)
        return facts.id

    def stop(self, batch_id: UUID) -> None:
        self.batches[batch_id] = replace(self.batches[batch_id], stopped_at=ward.stop(batch_id))

    def let_read(self, batch_id: UUID) -> None:
        """Some of the guardians with a phone open the message."""
        owners = sorted(self._ward.device_owners & self._shares[batch_id])
        for guardian in self._dice.sample(owners, round(len(owners) * READERS)):
            if spared := ward.read(guardian, batch_id):
                self.readings.append(spared)
