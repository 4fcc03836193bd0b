"""STARTTLS, TLS from the start, certificates and passwords, with a certificate made for the test."""

from pathlib import Path

import pytest

from otayori.delivery.parcel import Verdict
from tests.delivery.email_stories import KIM, TANAKA, deliver, ends, family
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
