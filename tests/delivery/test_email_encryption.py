"""STARTTLS, TLS from the start, certificates and passwords, with a certificate made for the test."""

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop

from otayori.delivery.channels.email import EmailChannel
from otayori.delivery.channels.email.resumption import ResumingContext
from otayori.delivery.parcel import Verdict
from otayori.delivery.parcel import outcomes as outcomes_of
from tests.delivery.email_stories import KIM, TANAKA, LoopFactory, config_for, deliver, ends, family, run
from tests.delivery.smtp_certificate import throwaway_certificate
from tests.delivery.smtp_server import SmtpServer


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return throwaway_certificate(tmp_path_factory.mktemp("relay"))


@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN"])
@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "smtps"])
def test_the_wards_relay_wants_tls_and_a_password(certificate: Path, implicit: bool, mechanisms: str) -> None:
    server = SmtpServer(
        certificate=certificate,
        implicit_tls=implicit,
        users={"otayori": "p@ss/語"},
        mechanisms=mechanisms,
    )
    query = f"?ca_file={certificate}" + ("" if implicit else "&starttls=required")
    outcomes = deliver(server, family(KIM, TANAKA), query, username="otayori", password="p@ss/語")
    assert {o.verdict for o in outcomes.values()} == {Verdict.SENT}
    assert {(mail.encrypted, mail.user) for mail in server.received} == {(True, "otayori")}


@pytest.mark.parametrize("users", [{"otayori": "right"}, {}], ids=["wrong", "unwanted"])
def test_a_password_that_does_not_work_is_our_fault(certificate: Path, users: dict[str, str]) -> None:
    server = SmtpServer(certificate=certificate, users=users)
    query = f"?starttls=required&ca_file={certificate}"
    outcomes = deliver(server, family(KIM), query, username="otayori", password="wrong")
    assert ends(outcomes) == [("transient", "auth")]
    assert not outcomes[1].endpoint_dead


def test_a_forgotten_password() -> None:
    server = SmtpServer(users={"otayori": "secret"})
    assert ends(deliver(server, family(KIM))) == [("transient", "auth")]


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "smtps"])
def test_a_certificate_nobody_trusts(certificate: Path, implicit: bool) -> None:
    server = SmtpServer(certificate=certificate, implicit_tls=implicit)
    query = "" if implicit else "?starttls=required"
    assert ends(deliver(server, family(KIM), query)) == [("transient", "tls")]
    unchecked = f"{query}{'&' if query else '?'}verify=no"
    assert ends(deliver(server, family(KIM), unchecked)) == [("sent", "250")]


def test_a_relay_on_this_machine_may_offer_any_certificate(certificate: Path) -> None:
    server = SmtpServer(certificate=certificate)
    assert ends(deliver(server, family(KIM))) == [("sent", "250")]
    assert server.received[0].encrypted


def test_required_means_required() -> None:
    server = SmtpServer()
    assert ends(deliver(server, family(KIM), "?starttls=required")) == [("transient", "tls")]
    assert server.received == []


@pytest.mark.parametrize("said", ["454 4.7.0 not now", "220 go\n250 injected in clear"])
def test_starttls_that_fails_or_is_tampered_with(certificate: Path, said: str) -> None:
    server = SmtpServer(certificate=certificate)
    server.answer("STARTTLS", said)
    assert ends(deliver(server, family(KIM), "?starttls=required&verify=no")) == [("transient", "tls")]


@pytest.mark.parametrize("loop", [uvloop.new_event_loop, asyncio.new_event_loop], ids=["uvloop", "asyncio"])
@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "smtps"])
def test_further_connections_resume_the_tls_session(
    certificate: Path, implicit: bool, loop: LoopFactory
) -> None:
    server = SmtpServer(certificate=certificate, implicit_tls=implicit)
    query = f"?ca_file={certificate}" + ("" if implicit else "&starttls=required")

    async def story() -> None:
        async with server.running():
            channel = EmailChannel(config_for(server, query, idle_timeout=0.02, connections=1))
            for number in range(1, 4):
                await outcomes_of(channel, family(KIM))
                while server.commands.count("QUIT") < number:
                    await asyncio.sleep(0.01)
            await channel.close()

    run(story(), loop=loop)
    assert server.resumed == [False, True, True]


def test_a_session_is_resumed_with_nobody_else(certificate: Path) -> None:
    """Another channel verifies for itself, whatever one that need not has been told."""
    server = SmtpServer(certificate=certificate)

    async def story() -> None:
        async with server.running():
            loose = config_for(server, "?starttls=required&verify=no", connections=1)
            for verify, verdict in ((False, Verdict.SENT), (True, Verdict.TRANSIENT), (False, Verdict.SENT)):
                channel = EmailChannel(replace(loose, verify=verify))
                [outcome] = await outcomes_of(channel, family(KIM))
                assert outcome.verdict is verdict
                await channel.close()

    run(story())
    assert True not in server.resumed


def test_a_session_is_offered_to_the_host_it_was_verified_for_alone(certificate: Path) -> None:
    context = ResumingContext.for_client(certificate)
    server = SmtpServer(certificate=certificate, implicit_tls=True)

    async def resumed(name: str) -> bool:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", server.port, ssl=context, server_hostname=name
        )
        await reader.readline()
        encrypted = writer.get_extra_info("ssl_object")
        context.keep(encrypted)
        writer.transport.abort()
        return bool(encrypted.session_reused)

    async def story() -> list[bool]:
        async with server.running():
            first = [await resumed(name) for name in ("localhost", "127.0.0.1", "localhost", "127.0.0.1")]
            with pytest.raises(ssl.SSLCertVerificationError):
                await resumed("relay.ward.example")
            return first

    assert run(story()) == [False, False, True, True]
