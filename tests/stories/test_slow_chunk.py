"""A chunk that takes longer than its lease: the worker that still works on it keeps it."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.db.models.functions import Now

from otayori.delivery import lane
from otayori.delivery.channels.email import EmailChannel, SmtpConfig
from otayori.delivery.ledger import Ledger
from otayori.delivery.models import Delivery, Slice
from tests.cast import Cast
from tests.delivery.ledger import release_to
from tests.delivery.smtp_server import SmtpServer, Trouble

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def age() -> None:
    """As if the lease had just run out."""
    Slice.objects.update(leased_until=Now() - timedelta(seconds=1))


def test_the_lease_is_renewed_while_the_relay_takes_its_time(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "RENEW_EVERY", 0.2)
    relay = SmtpServer()
    relay.answer("END", Trouble.HANG)
    release_to([cast.kim])

    async def story() -> None:
        config = SmtpConfig.from_url(relay.url(), mail_from="otayori@ward.example", helo="ward.example")
        channel, ledger = EmailChannel(config), Ledger(threads=1)
        desk = lane.Lane("normal", channel, ledger)
        working = asyncio.create_task(desk.run())
        desk.wake()
        while "DATA" not in relay.commands:
            await asyncio.sleep(0.02)
        await ledger.run(age)
        renewed = Slice.objects.filter(leased_until__gt=Now() + timedelta(seconds=60))
        async with asyncio.timeout(30):
            while not await ledger.run(partial(renewed.all().exists)):
                await asyncio.sleep(0.05)
        desk.stop()
        await channel.close()
        await working
        await ledger.run(lambda: connection.close())
        ledger.close()

    with relay.running_in_thread():
        asyncio.run(story())
    assert Delivery.objects.get().status == "queued"  # the relay never said whether it took the mail
