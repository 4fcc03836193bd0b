"""Any order of claims, deaths, late outcomes, stops and bounces on a real ledger: nothing lost or doubled."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from otayori.delivery import release
from otayori.delivery.claim import Claim, claim, due_lanes
from otayori.delivery.contents import Contents
from otayori.delivery.models import Batch, Delivery, Slice
from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.settle import settle
from otayori.delivery.sweep import sweep
from otayori.roster.models import Guardian
from tests.cast import Cast
from tests.delivery.evening import Evening
from tests.delivery.ledger import device, guardians, release_to
from tests.delivery.machine import NOTE_MOVES

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def people(cast: Cast) -> list[Guardian]:
    """Five guardians with mail, two of them with a phone as well."""
    made = guardians(5)
    for guardian in made[:2]:
        phone = device(guardian)
        phone.address = f"phone of {guardian.id}"
        phone.save()
    return made


def test_no_order_of_events_loses_or_doubles_anything(
    people: list[Guardian], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "SLICE", 2)  # else each batch would be one slice
    with connection.cursor() as cursor:
        cursor.execute(NOTE_MOVES)
    machine = type("TestLedger", (Evening,), {"people": people})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=50,
            stateful_step_count=35,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def take() -> Claim:
    return claim("normal", "email", 10, Contents())


def lapse() -> None:
    """The leases of slices run out."""
    past = timezone.now() - timedelta(seconds=1)
    Slice.objects.filter(leased_until__isnull=False).update(leased_until=past)


def be_due() -> None:
    Delivery.objects.filter(status="queued").update(due_at=timezone.now() - timedelta(seconds=1))


def test_what_comes_back_to_a_stopped_batch_is_not_claimed_before_the_sweep(people: list[Guardian]) -> None:
    batch = release_to(people[2:3])
    taken = take()
    release.stop(batch, timezone.now())
    settle([Outcome(row, Verdict.TRANSIENT, "451") for row in taken.tries], taken.tries, taken.slices)
    be_due()
    assert due_lanes() == set()
    assert not take()


def test_a_slice_of_a_batch_that_ended_is_not_taken_before_the_sweep(people: list[Guardian]) -> None:
    """Its lease ran out meanwhile: nothing has been written off yet."""
    stopped, late = release_to(people[2:3]), release_to(people[2:3])
    assert len(take().slices) == 2
    release.stop(stopped, timezone.now())
    Batch.objects.filter(id=late.id).update(deadline=timezone.now() - timedelta(days=1))
    lapse()
    assert due_lanes() == set()
    assert not take()
    sweep()
    assert set(Delivery.objects.values_list("code", flat=True)) == {"stopped", "expired"}


def test_a_pause_told_twice_takes_nothing_from_the_next_worker(people: list[Guardian]) -> None:
    """The commit's answer was lost with the database, the pause was short, another has the row by now."""
    release_to(people[2:3])
    first = take()
    (row,) = first.tries
    settle([Outcome(row, Verdict.TRANSIENT, "451")], first.tries, first.slices)
    be_due()
    second = take()
    paused = [Outcome(row, Verdict.THROTTLED, "421", retry_after=1)]
    settle(paused, second.tries)
    be_due()
    third = take()
    assert third.tries[row].attempt == second.tries[row].attempt == 2
    settle(paused, second.tries)
    assert Delivery.objects.get(id=row).status == "sending"


def test_a_first_try_told_twice_takes_nothing_from_the_next_worker(people: list[Guardian]) -> None:
    """As above, of a slice that is not finished yet."""
    release_to(people[2:3])
    first = take()
    again = [Outcome(row, Verdict.TRANSIENT, "451") for row in first.tries]
    settle(again, first.tries)
    be_due()
    assert take()
    settle(again, first.tries, first.slices)
    assert Delivery.objects.get().status == "sending"


def test_try_again_said_too_late_leaves_the_slice_to_who_has_it(people: list[Guardian]) -> None:
    """Neither may a third worker meet a row that waits, nor may the slice be called finished."""
    batch = release_to(people[2:3])
    late = take()
    lapse()
    (row,) = take().tries
    settle([Outcome(row, Verdict.TRANSIENT, "connect")], late.tries, late.slices)
    assert not batch.deliveries.exists()
    lapse()
    sweep()
    last = take()
    settle([Outcome(row, Verdict.SENT, "250")], last.tries, last.slices)
    assert batch.deliveries.get().status == "sent"


def test_a_stop_writes_nothing_for_an_address_that_is_deleted(people: list[Guardian]) -> None:
    batch = release_to(people[2:4])
    people[2].delete()
    assert release.stop(batch, timezone.now()) == 1
    assert batch.deliveries.get().endpoint.guardian == people[3]
