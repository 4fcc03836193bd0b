"""How many connections a relay gets: relays simulated by two numbers, and a clock made by hand."""

from dataclasses import dataclass

import pytest

from otayori.delivery.channels.email.growth import Growth


@dataclass
class Relay:
    """Takes a letter over one connection in `seconds`, and never more than `most` letters a second."""

    seconds: float
    most: float = float("inf")

    def rate(self, connections: int) -> float:
        return min(connections / self.seconds, self.most)


def climb(
    growth: Growth, relay: Relay, seconds: float, *, cpu_each: float = 30e-6, start: float = 0.0
) -> int:
    """Look around every 50 ms; the most connections there were."""
    growth.interrupt()
    now, ended, cpu, most = start, 0.0, 0.0, 0
    while now < start + seconds:
        growth.measure(now, ended=int(ended), cpu=cpu, connections=growth.target)
        most = max(most, growth.target)
        now += 0.05
        ended += relay.rate(growth.target) * 0.05
        cpu += relay.rate(growth.target) * 0.05 * cpu_each
    return most


@pytest.mark.parametrize(
    ("name", "relay", "most", "reached"),
    [
        ("20 ms away, 20 ms to accept", Relay(0.04), 200, 200),
        ("20 ms away, 20 ms to accept", Relay(0.04), 50, 50),
        ("on this machine", Relay(0.0005, 20_000), 200, 10),
        ("near, but it writes slowly", Relay(0.02, 500), 200, 20),
        ("far, and busy with 1,000 a second", Relay(0.04, 1000), 200, 80),
        ("one connection allowed", Relay(0.04), 1, 1),
    ],
)
def test_connections_grow_as_long_as_it_pays(name: str, relay: Relay, most: int, reached: int) -> None:
    assert climb(Growth(most), relay, 2.0) == reached


def test_a_step_that_did_not_pay_is_taken_back() -> None:
    growth = Growth(200)
    climb(growth, Relay(0.02, 500), 2.0)
    assert growth.target == 10


def test_a_sender_that_is_busy_itself_opens_no_more() -> None:
    assert climb(Growth(200), Relay(0.04), 5.0, cpu_each=0.003) == 10


def test_a_relay_that_refuses_keeps_what_it_took_and_is_asked_for_a_little_more_later() -> None:
    growth = Growth(200)
    climb(growth, Relay(0.04), 0.5)
    growth.refused(0.5, 24)
    growth.refused(0.5, 25)
    assert growth.target == 25
    assert climb(growth, Relay(0.04), 1.9, start=0.5) == 25
    assert climb(growth, Relay(0.04), 0.2, start=2.6) == 28


def test_a_relay_that_was_away_starts_anew() -> None:
    growth = Growth(50)
    growth.refused(0.0, 0)
    assert growth.target == 10


def test_a_pause_between_letters_is_not_measured() -> None:
    growth = Growth(50)
    growth.measure(0.0, ended=0, cpu=0, connections=10)
    growth.interrupt()
    growth.measure(10.0, ended=100, cpu=0, connections=10)
    assert growth.target == 10
    growth.measure(10.2, ended=150, cpu=0, connections=10)
    assert growth.target == 20
