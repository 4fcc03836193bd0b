"""The checker of `make chaos` is worth its name only if it sees what is wrong: one planted violation each."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from bench.chaos.checker import check
from bench.chaos.history import Arrival, BatchFacts, Disturbance, History, Reading, Refusal, Row

BATCH, OTHER = UUID(int=1), UUID(int=2)
KIM, YAMADA, ALVAREZ, ITO, SUZUKI = (UUID(int=n) for n in range(11, 16))
ADDRESSES = {
    KIM: "kim@a.example",
    YAMADA: "yamada@a.example",
    ALVAREZ: "/alvarez",
    ITO: "ito@a.example",
    SUZUKI: "suzuki@a.example",
}
ALL = (KIM, YAMADA, ALVAREZ, SUZUKI)


def arrival(endpoint: UUID, at: float, *, worker: int = 1, heard: bool = True) -> Arrival:
    return Arrival(
        channel="email",
        batch=BATCH,
        endpoint=endpoint,
        address=ADDRESSES[endpoint],
        title="batch 1",
        worker=worker,
        begun=at - 0.1,
        at=at,
        heard=heard,
    )


@pytest.fixture
def history() -> History:
    """Kim and Alvarez got it, Yamada's mailbox is gone; Suzuki read the push before the mail was due."""
    return History(
        lease=20,
        held=10,
        written=10,
        addresses=dict(ADDRESSES),
        dead=frozenset({"yamada@a.example"}),
        devices={SUZUKI: frozenset({UUID(int=99)})},
        batches={BATCH: BatchFacts(BATCH, "batch 1", frozenset(ALL), 100, mail_due=110)},
        cut={BATCH: [*ALL]},
        readings=[Reading(BATCH, frozenset({SUZUKI}), 105)],
        rows=[
            Row(1, BATCH, KIM, "sent", "250"),
            Row(2, BATCH, YAMADA, "failed", "550 5.1.1"),
            Row(3, BATCH, ALVAREZ, "sent", "http 201"),
            Row(5, BATCH, SUZUKI, "cancelled", "read"),
        ],
        arrivals=[arrival(KIM, 101), arrival(ALVAREZ, 102)],
        refusals=[Refusal("yamada@a.example", 101, "550 5.1.1")],
    )


def broken(history: History) -> list[str]:
    return [violation.rule for violation in check(history).violations]


def test_a_clean_run_is_clean(history: History) -> None:
    found = check(history)
    assert found.violations == []
    assert found.statuses == {"sent": 2, "failed": 1, "cancelled": 1}
    assert (found.arrived, found.duplicates) == (2, {})


def lose(history: History) -> None:
    del history.arrivals[0]


def stay_open(history: History) -> None:
    history.rows[0] = replace(history.rows[0], status="sending")


def forget_row(history: History) -> None:
    del history.rows[2]
    del history.arrivals[1]


def cut_too_few(history: History) -> None:
    history.cut[BATCH].remove(KIM)


def cut_twice(history: History) -> None:
    history.cut[BATCH].append(KIM)


def cut_too_many(history: History) -> None:
    history.cut[BATCH].append(ITO)


def mail_who_has_read(history: History) -> None:
    history.arrivals.append(arrival(SUZUKI, 111))


def mail_too_early(history: History) -> None:
    history.readings = []
    history.rows[3] = replace(history.rows[3], status="sent", code="250")
    history.arrivals.append(arrival(SUZUKI, 103))


def spare_for_nothing(history: History) -> None:
    history.readings = []


def invent_row(history: History) -> None:
    history.rows.append(Row(4, BATCH, ITO, "sent", "250"))
    history.arrivals.append(arrival(ITO, 103))


def double_row(history: History) -> None:
    history.rows.append(replace(history.rows[0], id=9))


def arrive_without_row(history: History) -> None:
    history.arrivals.append(arrival(ITO, 103))


def mistake_address(history: History) -> None:
    history.arrivals[0] = replace(history.arrivals[0], address=ADDRESSES[ITO])


def mistake_text(history: History) -> None:
    history.arrivals[0] = replace(history.arrivals[0], title="batch 2")


def fail_without_refusal(history: History) -> None:
    history.refusals = []


def fail_a_live_address(history: History) -> None:
    history.dead = frozenset()


def cancel_for_nothing(history: History) -> None:
    history.rows[0] = replace(history.rows[0], status="cancelled", code="stopped")
    del history.arrivals[0]


def cancel_what_arrived(history: History) -> None:
    history.batches[BATCH] = replace(history.batches[BATCH], stopped_at=101)
    history.rows[0] = replace(history.rows[0], status="cancelled", code="stopped")


def send_late(history: History) -> None:
    history.batches[BATCH] = replace(history.batches[BATCH], deadline=100.5)


def send_after_the_stop(history: History) -> None:
    history.batches[BATCH] = replace(history.batches[BATCH], stopped_at=80)


def repeat(history: History) -> None:
    history.arrivals.append(arrival(KIM, 130, worker=2))


@pytest.mark.parametrize(
    ("plant", "rule"),
    [
        (lose, "lost"),
        (stay_open, "never finished"),
        (forget_row, "a row missing"),
        (cut_too_few, "not cut"),
        (cut_twice, "cut twice"),
        (cut_too_many, "cut too many"),
        (mail_who_has_read, "after the reading"),
        (mail_too_early, "before its time"),
        (spare_for_nothing, "cancelled without a reason"),
        (invent_row, "a row too many"),
        (double_row, "a row twice"),
        (arrive_without_row, "no row"),
        (mistake_address, "wrong address"),
        (mistake_text, "wrong text"),
        (fail_without_refusal, "failed without a refusal"),
        (fail_a_live_address, "failed without a refusal"),
        (cancel_for_nothing, "cancelled without a reason"),
        (cancel_what_arrived, "arrived, not written"),
        (send_late, "after the deadline"),
        (send_after_the_stop, "after the stop"),
        (repeat, "unexplained duplicate"),
    ],
)
def test_each_violation_is_seen(history: History, plant: Callable[[History], None], rule: str) -> None:
    plant(history)
    assert rule in broken(history)


def test_a_mail_goes_early_where_no_device_took_the_push(history: History) -> None:
    mail_too_early(history)
    history.addresses[UUID(int=99)] = "/suzuki"
    history.refusals.append(Refusal("/suzuki", 102, "http 410"))
    found = check(history)
    assert (found.violations, found.hastened) == ([], 1)


def test_a_worker_that_slept_may_come_after_the_reading(history: History) -> None:
    mail_who_has_read(history)
    history.disturbances = [Disturbance("paused", 1, 95, 110)]
    assert "after the reading" not in broken(history)


@pytest.mark.parametrize(
    ("first_heard", "second_worker", "disturbance", "reason"),
    [
        (False, 2, None, "unknown outcome"),
        (True, 2, Disturbance("killed", 1, 104, 106), "killed"),
        (True, 2, Disturbance("paused", 1, 104, 135), "paused"),
        (True, 2, Disturbance("paused", 2, 95, 129), "paused"),  # woke up and went on with what it held
        (True, 2, Disturbance("database", 0, 104, 116), "database"),
    ],
)
def test_what_explains_a_duplicate(
    history: History, first_heard: bool, second_worker: int, disturbance: Disturbance | None, reason: str
) -> None:
    history.arrivals[0] = arrival(KIM, 101, heard=first_heard)
    history.arrivals.append(arrival(KIM, 130, worker=second_worker))
    history.disturbances = [disturbance] if disturbance else []
    found = check(history)
    assert found.violations == []
    assert found.duplicates == {reason: 1}


@pytest.mark.parametrize(
    "disturbance",
    [
        Disturbance("killed", 2, 104, 106),  # another worker
        Disturbance("killed", 1, 140, 141),  # after the repeat
        Disturbance("killed", 1, 115, 116),  # long after it had to be written
        Disturbance("killed", 1, 90, 92),  # before the first
        Disturbance("paused", 1, 104, 109),  # shorter than the lease
        Disturbance("database", 0, 104, 106),  # back before any lease ran out, and nothing committed is lost
        Disturbance("ended", 1, 104, 106),  # a worker that ends in order finishes what it holds
    ],
)
def test_what_does_not_explain_it(history: History, disturbance: Disturbance) -> None:
    history.arrivals.append(arrival(KIM, 130, worker=2))
    history.disturbances = [disturbance]
    assert broken(history) == ["unexplained duplicate"]
