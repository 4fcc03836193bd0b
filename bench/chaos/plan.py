"""What will go wrong, and when: drawn from a seed before anything starts. Pure.

The same seed gives the same plan, not the same run: who holds what when the axe falls is up to the machine.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

LANES = ("emergency", "important", "normal", "leaflet")
MAIL_WEATHER = ("calm", "refuse", "hang", "reset", "cut", "busy", "421", "slow", "mixed")
PUSH_WEATHER = ("calm", "refuse", "hang", "reset", "cut", "500", "429", "slow", "mixed")
WORKERS = 3
CRASHES = 2  # of the database


@dataclass(frozen=True)
class Weather:
    """From `at` on (seconds from the start) a sink behaves so, until the next."""

    at: float
    sink: str  # mail, push
    kind: str


@dataclass(frozen=True)
class Incident:
    """Something done to a worker, or to the database (worker 0). `length` is in seconds."""

    at: float
    kind: str  # killed, paused, ended, database
    worker: int
    length: float


@dataclass(frozen=True)
class Release:
    """A batch to part of the guardians. `end` is stop or deadline, `length` seconds after its release.

    After `read` seconds some of them open it.
    """

    at: float
    number: int
    lane: str
    end: str = ""
    length: float = 0.0
    read: float = 3.0


@dataclass(frozen=True)
class Plan:
    weather: list[Weather]
    incidents: list[Incident]
    releases: list[Release]


def draw(seed: int, *, seconds: float, lease: float, batches: int) -> Plan:
    """Draw a plan of faults that lasts `seconds`."""
    dice, every = random.Random(seed), seconds / batches
    weather = [*_weather(dice, "mail", MAIL_WEATHER, seconds), *_weather(dice, "push", PUSH_WEATHER, seconds)]
    return Plan(
        weather=sorted(weather, key=lambda one: one.at),
        incidents=sorted(_incidents(dice, seconds, lease, every), key=lambda one: one.at),
        releases=[_release(dice, number, every) for number in range(batches)],
    )


def _weather(dice: random.Random, sink: str, kinds: tuple[str, ...], seconds: float) -> Iterator[Weather]:
    """All kinds in turn, in any order, again and again."""
    at, deck = 0.0, [*kinds]
    dice.shuffle(deck)
    while at < seconds:
        if not deck:
            deck = [*kinds]
            dice.shuffle(deck)
        yield Weather(at, sink, deck.pop())
        at += dice.uniform(4, 9)


def _incidents(dice: random.Random, seconds: float, lease: float, every: float) -> Iterator[Incident]:
    """Each worker is killed, paused for longer than a lease once, and ended; the database crashes twice.

    Always within a second of a release: a worker with nothing in its hand can be killed for free.
    """
    for worker in range(1, WORKERS + 1):
        at, deck = dice.uniform(2, 10), ["killed", "paused", "ended"]
        dice.shuffle(deck)
        while at < seconds:
            kind = deck.pop() if deck else dice.choice(("killed", "killed", "paused"))
            long = kind == "paused" and (not deck or dice.random() < 0.5)
            length = lease * dice.uniform(1.2, 1.6) if long else dice.uniform(0.5, 3)
            yield Incident(_busy(dice, at, every), kind, worker, length)
            at += every + length + dice.uniform(6, 18)
    for part in range(CRASHES):
        at = seconds * (part + dice.uniform(0.3, 0.9)) / CRASHES
        yield Incident(_busy(dice, at, every), "database", 0, dice.uniform(0.2, 3))


def _busy(dice: random.Random, at: float, every: float) -> float:
    """A moment at about `at` just after a release."""
    return at // every * every + dice.uniform(0.1, 1.0)


def _release(dice: random.Random, number: int, every: float) -> Release:
    lane = LANES[number % len(LANES)]
    end = {5: "stop", 6: "deadline"}.get(number % 8, "")
    length = dice.uniform(2, 12) if end else 0.0
    return Release(number * every, number, lane, end, length, read=dice.uniform(0.5, 8))
