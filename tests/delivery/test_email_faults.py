"""What a relay does wrong, and what becomes of each parcel then."""

import socket
from collections import Counter
from dataclasses import replace

import pytest

from otayori.delivery.channels.email import EmailChannel, SmtpConfig
from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.parcel import outcomes as outcomes_of
from tests.delivery.email_stories import (
    ALVAREZ,
    KIM,
    LOCKSTEP,
    PIPELINED,
    SAKURA,
    TANAKA,
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

REFUSALS = [
    ("RCPT", "550 5.1.1 no such user", ("permanent", "550 5.1.1"), True),
    ("RCPT", "550 5.7.1 policy", ("transient", "refused 550 5.7.1"), False),
    ("RCPT", "451 4.3.0 later", ("transient", "451 4.3.0"), False),
    ("RCPT", "452 4.5.3 too many recipients", ("throttled", "452 4.5.3"), False),
    ("DATA", "451 4.3.0 later", ("transient", "451 4.3.0"), False),
    ("DATA", "554 5.7.1 no", ("permanent", "554 5.7.1"), False),
    ("END", "451 4.3.0 later", ("transient", "451 4.3.0"), False),
    ("END", "550-5.6.0 looks\n550 5.6.0 bad", ("permanent", "550 5.6.0"), False),
    ("RCPT", "421 4.7.0 slow down", ("throttled", "421 4.7.0"), False),
    ("END", "421 4.3.2 shutting down", ("throttled", "421 4.3.2"), False),
]


@pytest.mark.parametrize("eager", [False, True], ids=["strict", "eager"])
@pytest.mark.parametrize("extensions", [PIPELINED, LOCKSTEP], ids=["pipelined", "lockstep"])
@pytest.mark.parametrize(("at", "answer", "end", "dead"), REFUSALS)
def test_one_refused_guardian_does_not_hold_the_others(
    extensions: tuple[str, ...], eager: bool, at: str, answer: str, end: tuple[str, str], dead: bool
) -> None:
    server = SmtpServer(extensions=extensions, eager_data=eager)
    server.answer(at, answer, to=ALVAREZ)
    outcomes = deliver(server, family(KIM, ALVAREZ, TANAKA, "suzuki@example.jp"), connections=1)
    assert ends(outcomes) == [("sent", "250"), end, ("sent", "250"), ("sent", "250")]
    assert outcomes[2].endpoint_dead is dead
    assert [mail.recipient for mail in server.received] == [KIM, TANAKA, "suzuki@example.jp"]
    assert server.violations == []


@pytest.mark.parametrize("extensions", [PIPELINED, LOCKSTEP], ids=["pipelined", "lockstep"])
@pytest.mark.parametrize("eager", [False, True], ids=["strict", "eager"])
def test_many_refusals_in_a_row(extensions: tuple[str, ...], eager: bool) -> None:
    server = SmtpServer(extensions=extensions, eager_data=eager)
    gone = {f"g{n}@example.jp" for n in range(1, 101) if n % 3}
    for address in gone:
        server.answer("RCPT", "550 5.1.1 unknown", to=address)
    outcomes = deliver(server, family(*(f"g{n}@example.jp" for n in range(1, 101))))
    verdicts = Counter(outcome.verdict for outcome in outcomes.values())
    assert verdicts == {Verdict.PERMANENT: 67, Verdict.SENT: 33}
    assert not gone & {mail.recipient for mail in server.received}
    assert len(server.received) == 33


@pytest.mark.parametrize("extensions", [PIPELINED, LOCKSTEP], ids=["pipelined", "lockstep"])
def test_a_refused_sender_is_not_the_guardians_fault(extensions: tuple[str, ...]) -> None:
    server = SmtpServer(extensions=extensions)
    server.answer("MAIL", "451 4.1.8 sender's domain not found", times=1)
    outcomes = deliver(server, family(KIM, TANAKA), connections=1)
    assert ends(outcomes) == [("transient", "451 4.1.8"), ("sent", "250")]


def test_a_relay_that_is_busy_once_gets_the_mail_on_the_next_try_with_the_same_id() -> None:
    server = SmtpServer()
    server.answer("END", "451 4.3.0 try again", times=1)

    async def story(channel: EmailChannel) -> None:
        [first] = await outcomes_of(channel, family(KIM))
        [second] = await outcomes_of(channel, family(KIM))
        assert (first.verdict, second.verdict) == (Verdict.TRANSIENT, Verdict.SENT)

    with_server(server, story)
    assert len(server.received) == 1


def test_a_relay_that_closes_after_some_mails_costs_nobody_theirs() -> None:
    server = SmtpServer()
    addresses = [f"g{n}@example.jp" for n in range(1, 61)]
    for address in ("g20@example.jp", "g40@example.jp"):
        server.answer("MAIL", "421 4.7.0 enough for this connection", to=address, times=1)
    outcomes = deliver(server, family(*addresses), connections=1)
    assert {outcome.verdict for outcome in outcomes.values()} == {Verdict.SENT}
    assert sorted(mail.recipient for mail in server.received) == sorted(addresses)
    assert server.sessions == 3


def test_a_relay_that_wants_nothing_now_is_not_pestered() -> None:
    server = SmtpServer()
    server.answer("MAIL", "421 4.7.0 come back later")
    outcomes = deliver(server, family(*(f"g{n}@example.jp" for n in range(300))))
    assert {o.verdict for o in outcomes.values()} == {Verdict.THROTTLED}
    assert server.sessions < 10


def test_a_connection_that_breaks_amid_a_text_leaves_the_rest_to_others() -> None:
    server = SmtpServer()
    server.answer("TEXT", Trouble.DROP, to=ALVAREZ, times=1)
    addresses = [KIM, ALVAREZ, TANAKA, *(f"g{n}@example.jp" for n in range(40))]
    outcomes = deliver(server, family(*addresses), connections=1)
    # the text was short enough to be on its way entirely: nobody knows
    assert (outcomes[2].verdict, outcomes[2].code) == (Verdict.UNKNOWN, "lost")
    assert {outcomes[n].verdict for n in outcomes if n != 2} == {Verdict.SENT}
    assert {mail.recipient for mail in server.received} == set(addresses) - {ALVAREZ}


def test_a_break_before_the_whole_text_was_written_is_no_delivery() -> None:
    server = SmtpServer()
    server.answer("TEXT", Trouble.DROP)
    encyclopaedia = replace(SAKURA, mail_text="長い" * 1_200_000)
    outcomes = deliver(server, [parcel(1, KIM, encyclopaedia)])
    assert ends(outcomes) == [("transient", "lost")]


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("MAIL", ("transient", "lost")),
        ("RCPT", ("transient", "lost")),
        ("DATA", ("transient", "lost")),
        ("END", ("unknown", "lost")),
    ],
)
@pytest.mark.parametrize("extensions", [PIPELINED, LOCKSTEP], ids=["pipelined", "lockstep"])
def test_what_a_dropped_connection_means(extensions: tuple[str, ...], at: str, end: tuple[str, str]) -> None:
    server = SmtpServer(extensions=extensions)
    server.answer(at, Trouble.DROP)
    assert ends(deliver(server, family(KIM))) == [end]
    assert server.received == []


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("CONNECT", ("transient", "connect")),
        ("EHLO", ("transient", "connect")),
        ("MAIL", ("transient", "timeout")),
        ("DATA", ("transient", "timeout")),
        ("END", ("unknown", "timeout")),
    ],
)
def test_a_silent_relay_does_not_keep_us_waiting(at: str, end: tuple[str, str]) -> None:
    server = SmtpServer()
    server.answer(at, Trouble.HANG)
    assert ends(deliver(server, family(KIM), reply_timeout=0.1)) == [end]


def test_a_relay_that_finishes_nothing_hands_a_whole_school_back() -> None:
    server = SmtpServer()
    server.answer("END", Trouble.HANG)
    outcomes = deliver(server, family(*(f"g{n}@example.jp" for n in range(300))), reply_timeout=0.1)
    assert {o.verdict for o in outcomes.values()} == {Verdict.TRANSIENT, Verdict.UNKNOWN}
    assert Counter(o.verdict for o in outcomes.values())[Verdict.UNKNOWN] < 10
    assert server.received == []


def test_a_restarted_relay_gets_the_rest() -> None:
    server = SmtpServer()
    addresses = [f"g{n}@example.jp" for n in range(1, 101)]
    server.answer("DATA", Trouble.DROP, to="g30@example.jp", times=1)
    server.answer("DATA", Trouble.DROP, to="g31@example.jp", times=1)
    outcomes = deliver(server, family(*addresses))
    assert {o.verdict for o in outcomes.values()} == {Verdict.SENT}
    assert Counter(mail.recipient for mail in server.received) == dict.fromkeys(addresses, 1)


def test_a_refused_connection_ends_every_parcel_at_once() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        server = SmtpServer(port=unused.getsockname()[1])
        parcels = family(*(f"g{n}@example.jp" for n in range(500)))

        async def story() -> list[Outcome]:
            channel = EmailChannel(config_for(server, connections=10))
            outcomes = await outcomes_of(channel, parcels)
            await channel.close()
            return outcomes

        outcomes = by_delivery(run(story()), parcels)
    assert {(o.verdict, o.code) for o in outcomes.values()} == {(Verdict.TRANSIENT, "connect")}


def test_a_host_that_does_not_exist() -> None:
    config = SmtpConfig.from_url("smtp://relay.invalid", mail_from="otayori@ward.example", helo="w.example")
    outcomes = run(outcomes_of(EmailChannel(config), family(KIM)))
    assert [(o.verdict, o.code) for o in outcomes] == [(Verdict.TRANSIENT, "connect")]


@pytest.mark.parametrize(
    ("greeting", "end"),
    [
        ("554 5.7.1 go away", ("transient", "connect refused 554 5.7.1")),
        ("421 4.7.0 too many connections", ("throttled", "421 4.7.0")),
        ("nonsense", ("transient", "connect protocol 0")),
    ],
)
def test_a_relay_that_does_not_welcome_us(greeting: str, end: tuple[str, str]) -> None:
    server = SmtpServer()
    server.answer("CONNECT", greeting)
    assert ends(deliver(server, family(KIM))) == [end]


def test_connections_a_relay_does_not_want_are_done_without() -> None:
    server = SmtpServer()
    server.answer("CONNECT", "220 relay.example", times=1)
    server.answer("CONNECT", "421 4.7.0 one is enough")
    outcomes = deliver(server, family(*(f"g{n}@example.jp" for n in range(200))), connections=5)
    assert {o.verdict for o in outcomes.values()} == {Verdict.SENT}
    assert len({mail.session for mail in server.received}) == 1


def test_an_old_relay_that_knows_only_helo() -> None:
    server = SmtpServer()
    server.answer("EHLO", "502 5.5.1 not implemented")
    assert ends(deliver(server, family(KIM, TANAKA))) == [("sent", "250"), ("sent", "250")]
    assert server.commands[:2] == ["EHLO", "HELO"]
