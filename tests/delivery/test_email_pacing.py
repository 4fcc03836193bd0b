"""A receiving domain in trouble waits alone, connections grow where that pays: over a real SMTP server."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from otayori.delivery.channels.email import EmailChannel
from otayori.delivery.parcel import Outcome, Parcel, Urgency, Verdict
from otayori.delivery.parcel import outcomes as outcomes_of
from tests.delivery.email_stories import (
    KIM,
    SAKURA,
    by_delivery,
    deliver,
    ends,
    family,
    parcel,
    with_server,
)
from tests.delivery.smtp_server import SmtpServer, Trouble

pytestmark = pytest.mark.slow

QUAKE = replace(SAKURA, urgency=Urgency.EMERGENCY)


def ward_beside(domain: str, *, troubled: int, others: int) -> list[Parcel]:
    """Parcels to the domain in trouble first, then to seven others."""
    names = [f"g{n}@{domain}" for n in range(troubled)] + [f"g{n}@mail{n % 7}.example" for n in range(others)]
    return family(*names)


def verdicts(outcomes: dict[int, Outcome], numbers: range) -> Counter[Verdict]:
    return Counter(outcomes[number].verdict for number in numbers)


def test_a_domain_that_throttles_pauses_alone() -> None:
    server = SmtpServer()
    server.answer("RCPT", "450 4.7.0 too fast, try again in 90 seconds", to="@docomo.example")
    outcomes = deliver(
        server, ward_beside("docomo.example", troubled=300, others=300), connections=10, domain_pause=60
    )
    assert verdicts(outcomes, range(1, 301)) == {Verdict.THROTTLED: 300}
    assert verdicts(outcomes, range(301, 601)) == {Verdict.SENT: 300}
    untried = [o.retry_after for o in outcomes.values() if o.retry_after and o.retry_after < 90]
    assert len(untried) > 280  # told without asking the server
    assert len(server.commands) - 4 * 300 < 200


def test_a_domain_that_hangs_pauses_alone_while_a_thousand_others_get_their_mail() -> None:
    server = SmtpServer()
    server.answer("END", Trouble.HANG, to="@hung.example")
    parcels = ward_beside("hung.example", troubled=100, others=1000)

    async def story(channel: EmailChannel) -> None:
        told: list[Outcome] = []
        sending = asyncio.create_task(channel.send(parcels, told.append))
        while len(told) < len(parcels) - 10:  # all but what five connections have in hand
            await asyncio.sleep(0.01)
        await channel.close()
        await sending
        outcomes = by_delivery(told, parcels)
        assert verdicts(outcomes, range(101, 1101)) == {Verdict.SENT: 1000}
        ended = Counter((outcomes[n].verdict, outcomes[n].code) for n in range(1, 101))
        assert 1 <= ended.pop((Verdict.UNKNOWN, "closed")) <= 5
        assert ended.pop((Verdict.THROTTLED, "busy")) >= 90
        assert set(ended) <= {(Verdict.TRANSIENT, "closed")}  # behind one of the same domain

    with_server(server, story, connections=10, hang_timeout=0.3)
    assert Counter(mail.recipient for mail in server.received) == dict.fromkeys(
        (p.address for p in parcels[100:]), 1
    )


def test_an_emergency_gets_past_a_domain_that_hangs_on_every_connection() -> None:
    server = SmtpServer()
    server.answer("END", Trouble.HANG, to="@hung.example")
    leaflets = [parcel(n, f"g{n}@hung.example") for n in range(100)]

    async def story(channel: EmailChannel) -> None:
        hanging = asyncio.create_task(outcomes_of(channel, leaflets))
        while "DATA" not in server.commands:
            await asyncio.sleep(0.01)
        [outcome] = await outcomes_of(channel, [parcel(1000, KIM, QUAKE)])
        assert outcome.verdict is Verdict.SENT
        await channel.close()
        by_delivery(await hanging, leaflets)

    with_server(server, story, connections=2, hang_timeout=0.3)


def test_new_letters_to_a_paused_domain_come_back_at_once_until_a_probe_is_taken() -> None:
    server = SmtpServer()
    server.answer("END", "451 4.7.0 slow down", to="@docomo.example", times=1)

    async def story(channel: EmailChannel) -> None:
        parcels = family(*(f"g{n}@docomo.example" for n in range(20)))
        first = by_delivery(await outcomes_of(channel, parcels[:1]), parcels[:1])
        assert ends(first) == [("throttled", "451 4.7.0")]
        asked = len(server.commands)
        held = by_delivery(await outcomes_of(channel, parcels), parcels)
        assert {o.verdict for o in held.values()} == {Verdict.THROTTLED}
        assert len(server.commands) == asked
        while (await outcomes_of(channel, parcels[:1]))[0].verdict is Verdict.THROTTLED:
            await asyncio.sleep(0.02)
        after = by_delivery(await outcomes_of(channel, parcels), parcels)
        assert {o.verdict for o in after.values()} == {Verdict.SENT}

    with_server(server, story, domain_pause=0.2)


def test_a_big_domain_does_not_hold_up_a_small_one() -> None:
    server = SmtpServer()
    parcels = [parcel(n, f"g{n}@docomo.example") for n in range(500)]
    parcels.append(parcel(500, "suzuki@small.example"))
    outcomes = deliver(server, parcels, connections=1)
    assert {o.verdict for o in outcomes.values()} == {Verdict.SENT}
    assert [mail.recipient for mail in server.received].index("suzuki@small.example") < 5


def test_a_slow_relay_gets_more_connections_and_a_quick_one_does_not() -> None:
    parcels = family(*(f"g{n}@example.jp" for n in range(1500)))
    slow = SmtpServer(delay=0.03)
    deliver(slow, parcels, connections=40)
    assert slow.most_at_once == 40
    near = SmtpServer()
    deliver(near, parcels[:500], connections=40)
    assert near.most_at_once < 40


def test_connections_that_were_opened_ahead_are_used() -> None:
    server = SmtpServer()

    async def story(channel: EmailChannel) -> None:
        await channel.warm()
        assert server.sessions == 10
        await channel.warm()
        await outcomes_of(channel, family(*(f"g{n}@example.jp" for n in range(50))))
        assert server.sessions == 10

    with_server(server, story, connections=20)


def test_warming_up_with_the_relay_away_or_the_channel_closed_does_no_harm() -> None:
    server = SmtpServer()
    server.answer("CONNECT", "421 4.3.2 starting", times=2)

    async def story(channel: EmailChannel) -> None:
        await channel.warm()
        [outcome] = await outcomes_of(channel, family(KIM))
        assert outcome.verdict is Verdict.SENT
        await channel.close()
        await channel.warm()
        assert server.sessions == 3

    with_server(server, story)
