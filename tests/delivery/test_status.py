"""The life of a delivery: legal moves, and waits between tries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.status import MOVES, Status, before, may_move, next_status, retry_delay


@pytest.mark.parametrize(
    ("old", "new", "legal"),
    [
        ("queued", "sending", True),
        ("sending", "sent", True),
        ("sending", "queued", True),
        ("queued", "sent", True),  # a settle that came late
        ("sent", "failed", True),  # a late bounce
        ("delivered", "failed", True),
        ("sent", "queued", False),
        ("failed", "sending", False),
        ("cancelled", "sending", False),
        ("delivered", "sending", False),
    ],
)
def test_moves(old: str, new: str, legal: bool) -> None:
    assert may_move(Status(old), Status(new)) is legal
    assert (Status(old) in before(Status(new))) is legal


@given(st.lists(st.sampled_from(Status), max_size=20))
def test_what_is_final_never_goes_back_to_sending(wishes: list[Status]) -> None:
    status, was_final = Status.QUEUED, False
    for wish in wishes:
        if may_move(status, wish):
            status = wish
        was_final = was_final or status in (Status.SENT, Status.DELIVERED, Status.FAILED, Status.CANCELLED)
        assert not (was_final and status in (Status.QUEUED, Status.SENDING))
    assert set(MOVES) == set(Status)


def test_every_verdict_leads_somewhere_legal() -> None:
    for verdict in Verdict:
        assert may_move(Status.SENDING, next_status(verdict))
    assert next_status(Verdict.UNKNOWN) is Status.QUEUED  # at least once


def test_a_fault_of_a_minute_costs_about_a_minute() -> None:
    waits = [retry_delay(Outcome(1, Verdict.TRANSIENT, "connect"), attempt, 1.0) for attempt in range(1, 8)]
    assert sum(waits[:4]) < 90
    assert all(wait <= 72 for wait in waits)


def test_who_asks_for_a_pause_gets_it_up_to_an_hour() -> None:
    def wait(seconds: float | None) -> float:
        return retry_delay(Outcome(1, Verdict.THROTTLED, "http 429", retry_after=seconds), 1, 0.0)

    assert wait(7) == 7
    assert wait(None) == 60
    assert wait(86400) == 3600
