"""Each outcome is told once, as soon as it is known, whatever breaks."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otayori.delivery.channels.email import EmailChannel
from otayori.delivery.channels.email.letter import Bundle, Letter
from otayori.delivery.channels.email.replies import SENT
from otayori.delivery.parcel import Outcome, Urgency, Verdict
from otayori.delivery.parcel import outcomes as outcomes_of
from tests.delivery.email_stories import (
    ALVAREZ,
    KIM,
    LOCKSTEP,
    PIPELINED,
    SAKURA,
    TANAKA,
    deliver,
    family,
    parcel,
    run,
    with_server,
)
from tests.delivery.smtp_server import SmtpServer, Trouble

pytestmark = pytest.mark.slow

FAULTS = st.tuples(
    st.sampled_from(["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "TEXT", "END"]),
    st.sampled_from(
        [
            Trouble.DROP,
            Trouble.HANG,
            "421 4.7.0 enough",
            "450 4.7.0 too fast",
            "451 4.3.0 later",
            "550 5.1.1 unknown",
            "nonsense",
        ]
    ),
    st.sampled_from([None, "@mail0.example", "@mail1.example", "g7@mail1.example"]),
    st.integers(1, 4),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    faults=st.lists(FAULTS, max_size=5),
    pipelined=st.booleans(),
    eager=st.booleans(),
    connections=st.integers(1, 4),
)
def test_every_parcel_is_told_once_under_any_faults(
    faults: list[tuple[str, str | Trouble, str | None, int]], pipelined: bool, eager: bool, connections: int
) -> None:
    server = SmtpServer(extensions=PIPELINED if pipelined else LOCKSTEP, eager_data=eager)
    for at, answer, to, times in faults:
        server.answer(at, answer, to=to, times=times)
    parcels = [
        parcel(
            n, f"g{n}@mail{n % 3}.example", replace(SAKURA, urgency=Urgency.EMERGENCY) if n % 5 else SAKURA
        )
        for n in range(40)
    ]
    outcomes = deliver(  # counts that each was told once
        server, parcels, connections=connections, reply_timeout=0.1, hang_timeout=0.05, domain_pause=0.05
    )
    arrived = Counter(mail.recipient for mail in server.received)
    assert not arrived or max(arrived.values()) == 1  # within one call nothing goes twice
    for sent in parcels:
        if outcomes[sent.delivery_id].verdict is Verdict.SENT:
            assert arrived[sent.address] == 1
        elif outcomes[sent.delivery_id].verdict is not Verdict.UNKNOWN:
            assert arrived[sent.address] == 0


def test_an_outcome_is_told_while_others_are_under_way() -> None:
    server = SmtpServer()
    server.answer("END", Trouble.HANG, to=TANAKA)

    async def story(channel: EmailChannel) -> None:
        told: list[Outcome] = []
        sending = asyncio.create_task(channel.send(family(KIM, "no address", TANAKA), told.append))
        while len(told) < 2:
            await asyncio.sleep(0.01)
        assert not sending.done()
        assert {o.verdict for o in told} == {Verdict.SENT, Verdict.PERMANENT}
        await channel.close()
        await sending
        assert [o.delivery_id for o in told][2:] == [3]

    with_server(server, story)


def test_a_letter_has_one_outcome_whoever_tells_it_twice() -> None:
    async def story() -> list[Outcome]:
        told: list[Outcome] = []
        bundle = Bundle(2, told.append)
        letter = Letter(
            delivery_id=1,
            mailbox=b"kim@example.jp",
            domain=b"example.jp",
            return_path=b"otayori@ward.example",
            head=b"",
            rest=b"",
            rest8=None,
            bundle=bundle,
        )
        letter.end(SENT)
        letter.end(SENT)
        assert not bundle.done.done()
        return told

    assert len(run(story())) == 1


def test_a_caller_that_breaks_down_over_an_outcome_hears_of_it_and_nobody_else() -> None:
    server = SmtpServer()

    def refuse(outcome: Outcome) -> None:
        raise RuntimeError(f"no place for {outcome.delivery_id}")

    async def story(channel: EmailChannel) -> None:
        with pytest.raises(RuntimeError, match="no place"):
            await channel.send(family(*(f"g{n}@example.jp" for n in range(50))), refuse)
        [outcome] = await outcomes_of(channel, family(ALVAREZ))
        assert outcome.verdict is Verdict.SENT

    with_server(server, story)


def test_a_caller_that_is_gone_is_told_nothing() -> None:
    server = SmtpServer(delay=0.02)
    told: list[Outcome] = []

    async def story(channel: EmailChannel) -> None:
        sending = asyncio.create_task(
            channel.send(family(*(f"g{n}@a.example" for n in range(50))), told.append)
        )
        while not told:
            await asyncio.sleep(0.01)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        count = len(told)
        await outcomes_of(channel, family(*(f"g{n}@b.example" for n in range(5))))
        assert len(told) == count

    with_server(server, story)
