"""The outbox: what is told while a statement runs, and two tries of one delivery in one worker."""

import asyncio
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from otayori.delivery.claim import Claim, claim
from otayori.delivery.contents import Contents
from otayori.delivery.ledger import Ledger
from otayori.delivery.models import Slice
from otayori.delivery.outbox import Hand, Outbox
from otayori.delivery.parcel import Outcome, Verdict
from tests.cast import Cast
from tests.delivery.ledger import release_to

pytestmark = pytest.mark.django_db(transaction=True)  # the ledger writes from a thread of its own


def take() -> Claim:
    return claim("normal", "email", 10, Contents())


def close_connection() -> None:
    connection.close()  # looked up in the thread that has it


def write(*told: tuple[Claim, Verdict]) -> list[Outcome]:
    """Tell outcomes of claims before anything is written; returns what was written in the end."""
    written: list[Outcome] = []

    async def run() -> None:
        ledger = Ledger(1)
        outbox = Outbox(ledger, written.extend)
        for taken, verdict in told:
            hand = Hand(taken, outbox)
            for parcel in taken.parcels:
                hand.tell(Outcome(parcel.delivery_id, verdict))
            outbox.end(hand)
        outbox.close()
        await outbox.run()
        await ledger.run(close_connection)
        ledger.close()

    asyncio.run(run())
    return written


def test_a_worker_that_slept_through_its_lease_may_hold_one_slice_twice(cast: Cast) -> None:
    batch = release_to([cast.kim, cast.yamada])
    late = take()
    Slice.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    again = take()
    assert len(write((late, Verdict.TRANSIENT), (again, Verdict.SENT))) == 4
    assert list(batch.deliveries.values_list("status", flat=True)) == ["sent", "sent"]
    assert Slice.objects.get().done_at is not None
