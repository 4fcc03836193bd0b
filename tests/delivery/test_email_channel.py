"""E-mail to a whole school over a real SMTP server: everyone gets their own mail, once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import uvloop

from otayori.delivery.channels.email import EmailChannel
from otayori.delivery.parcel import Urgency, Verdict
from otayori.delivery.parcel import outcomes as outcomes_of
from tests.delivery.email_stories import (
    ALVAREZ,
    KIM,
    LOCKSTEP,
    PIPELINED,
    SAKURA,
    TANAKA,
    LoopFactory,
    by_delivery,
    config_for,
    deliver,
    ends,
    family,
    parcel,
    run,
    with_server,
)
from tests.delivery.smtp_server import SmtpServer, Trouble


@pytest.mark.slow
@pytest.mark.parametrize(
    ("extensions", "loop"),
    [
        (PIPELINED, uvloop.new_event_loop),
        (PIPELINED, asyncio.new_event_loop),
        (LOCKSTEP, uvloop.new_event_loop),
        ((), uvloop.new_event_loop),
    ],
    ids=["pipelined", "plain asyncio", "lockstep", "bare"],
)
def test_each_of_500_guardians_gets_the_mail_meant_for_them(
    extensions: tuple[str, ...], loop: LoopFactory
) -> None:
    server = SmtpServer(extensions=extensions)
    sakura = [parcel(n, f"guardian{n}@mail{n % 7}.example") for n in range(250)]
    english = replace(SAKURA, language="en", mail_title="Sports day", mail_text="It is put off.")
    kashiwa = [parcel(n, f"guardian{n}@mail{n % 7}.example", english) for n in range(250, 500)]
    outcomes = deliver(server, sakura + kashiwa, connections=4, loop=loop)
    assert {outcome.verdict for outcome in outcomes.values()} == {Verdict.SENT}
    assert len(server.received) == 500
    assert server.violations == []
    for sent in sakura + kashiwa:
        [mail] = server.mails_to(sent.address)
        assert mail.sender == "otayori@ward.example"
        message = mail.message
        assert message["To"] == sent.address
        assert message["Message-ID"] == f"<{SAKURA.batch_id}.{sent.endpoint_id}@ward.example>"
        assert message["Subject"] == sent.content.mail_title
        body = message.get_body(("plain",))
        assert body is not None
        assert sent.content.mail_text in body.get_content()


def test_several_calls_share_the_connections() -> None:
    server = SmtpServer()
    chunks = [[parcel(100 * c + n, f"g{100 * c + n}@example.jp") for n in range(100)] for c in range(5)]

    async def story(channel: EmailChannel) -> None:
        results = await asyncio.gather(*(outcomes_of(channel, chunk) for chunk in chunks))
        for chunk, outcomes in zip(chunks, results, strict=True):
            assert {o.verdict for o in by_delivery(outcomes, chunk).values()} == {Verdict.SENT}

    with_server(server, story)
    assert len(server.received) == 500
    assert server.sessions == 2


def test_an_emergency_overtakes_a_leaflet_that_waits() -> None:
    server = SmtpServer()
    leaflets = [parcel(n, f"leaflet{n}@example.jp") for n in range(300)]
    quake = [parcel(n, KIM, replace(SAKURA, urgency=Urgency.EMERGENCY)) for n in range(1000, 1003)]

    async def story(channel: EmailChannel) -> None:
        slow = asyncio.create_task(outcomes_of(channel, leaflets))
        while not server.received:
            await asyncio.sleep(0)
        await outcomes_of(channel, quake)
        assert len(server.received) < 300
        await slow

    with_server(server, story)
    assert len(server.received) == 303


def test_nothing_to_send_opens_no_connection() -> None:
    server = SmtpServer()
    assert deliver(server, []) == {}
    assert server.sessions == 0


def test_an_address_no_server_takes_is_dead_and_the_others_go() -> None:
    server = SmtpServer()
    outcomes = deliver(server, family(KIM, "キム@example.jp", "a..b@docomo.ne.jp", "not an address"))
    assert ends(outcomes) == [
        ("sent", "250"),
        ("permanent", "address"),
        ("sent", "250"),
        ("permanent", "address"),
    ]
    assert outcomes[2].endpoint_dead
    assert {mail.recipient for mail in server.received} == {KIM, '"a..b"@docomo.ne.jp'}


def test_idle_connections_are_kept_a_while_then_closed_politely() -> None:
    server = SmtpServer()

    async def story(channel: EmailChannel) -> None:
        await outcomes_of(channel, family(KIM))
        await outcomes_of(channel, family(TANAKA))
        assert server.sessions == 1
        while "QUIT" not in server.commands:
            await asyncio.sleep(0.01)
        [outcome] = await outcomes_of(channel, family(ALVAREZ))
        assert outcome.verdict is Verdict.SENT
        assert server.sessions == 2

    with_server(server, story, idle_timeout=0.05)


def test_a_connection_that_died_in_its_sleep_is_replaced() -> None:
    server = SmtpServer()

    async def story(channel: EmailChannel) -> None:
        await outcomes_of(channel, family(KIM))
        server.answer("MAIL", Trouble.DROP, times=1)
        [outcome] = await outcomes_of(channel, family(TANAKA))
        assert outcome.verdict is Verdict.SENT

    with_server(server, story)
    assert server.sessions == 2


def test_past_its_deadline_nothing_is_handed_over() -> None:
    server = SmtpServer()
    late = replace(SAKURA, deadline=datetime.now(UTC) - timedelta(seconds=1))
    soon = replace(SAKURA, deadline=datetime.now(UTC) + timedelta(hours=1))
    outcomes = deliver(server, [parcel(1, KIM, late), parcel(2, TANAKA, soon)])
    assert ends(outcomes) == [("transient", "deadline"), ("sent", "250")]


def test_a_worker_that_is_told_to_stop_drops_what_has_not_begun() -> None:
    server = SmtpServer()
    parcels = family(*(f"g{n}@example.jp" for n in range(400)))

    async def story(channel: EmailChannel) -> None:
        sending = asyncio.create_task(outcomes_of(channel, parcels))
        while not server.received:
            await asyncio.sleep(0)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        [outcome] = await outcomes_of(channel, [parcel(1000, KIM)])
        assert outcome.verdict is Verdict.SENT

    with_server(server, story)
    assert len(server.received) < 400


@pytest.mark.slow
def test_closing_amid_a_sending_answers_for_every_parcel() -> None:
    server = SmtpServer()
    server.answer("END", Trouble.HANG)
    parcels = family(*(f"g{n}@example.jp" for n in range(100)))

    async def story(channel: EmailChannel) -> None:
        sending = asyncio.create_task(outcomes_of(channel, parcels))
        while "DATA" not in server.commands:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        await channel.close()
        outcomes = by_delivery(await sending, parcels)
        assert {o.code for o in outcomes.values()} == {"closed"}
        assert {o.verdict for o in outcomes.values()} == {Verdict.UNKNOWN, Verdict.TRANSIENT}
        [after] = await outcomes_of(channel, family(KIM))
        assert (after.verdict, after.code) == (Verdict.TRANSIENT, "closed")

    with_server(server, story)


@pytest.mark.parametrize("extensions", [PIPELINED, LOCKSTEP, ("PIPELINING",), ()], ids=" ".join)
def test_eight_bit_text_goes_only_where_it_is_welcome(extensions: tuple[str, ...]) -> None:
    server = SmtpServer(extensions=extensions)
    assert ends(deliver(server, family(KIM, TANAKA))) == [("sent", "250")] * 2
    eight_bit = "8BITMIME" in extensions
    assert {mail.body for mail in server.received} == {"8BITMIME" if eight_bit else ""}
    assert {"明日の運動会は延期します".encode() in mail.data for mail in server.received} == {eight_bit}


def test_bounces_of_each_mail_have_an_address_of_their_own() -> None:
    server = SmtpServer()
    server.answer("RCPT", "550 5.1.1 unknown", to=ALVAREZ)

    async def story() -> None:
        async with server.running():
            channel = EmailChannel(
                config_for(server), return_path=lambda sent: b"bounce+%d@ward.example" % sent.delivery_id
            )
            await outcomes_of(channel, family(KIM, ALVAREZ, TANAKA))
            await channel.close()

    run(story())
    assert {mail.recipient: mail.sender for mail in server.received} == {
        KIM: "bounce+1@ward.example",
        TANAKA: "bounce+3@ward.example",
    }
