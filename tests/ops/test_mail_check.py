"""An operator asks whether Gmail and docomo will take the ward's mail: a real name server, a real relay."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from otayori.delivery.channels.email.dkim import DkimSigner
from otayori.ops.cli import main
from otayori.ops.mail_check import ask
from otayori.ops.mail_check.ask import Relay, relay_tls, resolver
from otayori.ops.mail_check.records import Tls
from otayori.ops.trouble import Trouble
from tests.delivery.smtp_certificate import throwaway_certificate
from tests.delivery.smtp_server import SmtpServer
from tests.ops.dns_server import DnsServer, Zone

PEM = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
KEY = DkimSigner.from_pem(PEM, selector="otayori1", domain="city.example").record


def quoted(text: str) -> str:
    return " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))


def well_kept() -> Zone:
    return {
        ("city.example", "MX"): ("20 backup.city.example.", "10 mail.city.example."),
        ("city.example", "TXT"): ('"site-verification=1"', '"v=spf1 include:relay.example ~all"'),
        ("relay.example", "TXT"): ('"v=spf1 ip4:192.0.2.0/28 -all"',),
        ("otayori1._domainkey.city.example", "TXT"): (quoted(KEY),),
        ("_dmarc.city.example", "TXT"): ('"v=DMARC1; p=none; rua=mailto:postmaster@city.example"',),
        ("5.2.0.192.in-addr.arpa", "PTR"): ("out.relay.example.",),
        ("out.relay.example", "A"): ("192.0.2.5",),
    }


@pytest.fixture
def dns() -> Iterator[DnsServer]:
    with DnsServer(well_kept()).running() as server:
        yield server


@pytest.fixture(autouse=True)
def _ward(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "dkim.pem").write_bytes(PEM)
    settings.OTAYORI_MAIL_FROM = "みどり区教育委員会 <otayori@city.example>"
    settings.OTAYORI_DKIM_KEY_FILE = tmp_path / "dkim.pem"
    settings.OTAYORI_DKIM_SELECTOR = "otayori1"
    settings.EMAIL_HOST = "127.0.0.1"


def mail_check(dns: DnsServer, *arguments: str) -> int:
    return main(["mail", "check", "--nameserver", f"127.0.0.1:{dns.port}", *arguments])


def test_a_well_kept_domain_is_well(dns: DnsServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert mail_check(dns, "--relay-ip", "192.0.2.5") == 0
    said = capsys.readouterr().out.splitlines()
    assert all(line.startswith("○") for line in said), said
    assert "○ MX / A: mail.city.example" in said
    assert "○ PTR 192.0.2.5: out.relay.example" in said
    assert said[-1].startswith("○ Gmail と docomo が求めるものは揃っています / all that")


def test_a_bare_domain_is_told_every_record_to_add(
    dns: DnsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    dns.zone.clear()
    assert mail_check(dns, "--relay-ip", "192.0.2.5") == 1
    said = capsys.readouterr().out
    for record in (
        "city.example. MX 10 mail.city.example.",
        'city.example. TXT "v=spf1 ip4:192.0.2.5 -all"',
        f"otayori1._domainkey.city.example. TXT {quoted(KEY)}",
        '_dmarc.city.example. TXT "v=DMARC1; p=none; rua=mailto:postmaster@city.example"',
    ):
        assert f"\n    {record}\n" in said
    assert "× PTR 192.0.2.5: 逆引きがありません。" in said


def test_records_without_the_relays_address_are_not_called_well(
    dns: DnsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mail_check(dns) == 2
    said = capsys.readouterr().out
    assert "？ PTR: 中継サーバーが外へ送るときの IP アドレスを --relay-ip で" in said
    assert "揃っているとは言えません" in said


@pytest.mark.parametrize(
    "away", ["city.example", "relay.example", "_dmarc.city.example", "otayori1._domainkey.city.example"]
)
def test_what_dns_does_not_tell_is_said(
    dns: DnsServer, away: str, capsys: pytest.CaptureFixture[str]
) -> None:
    dns.failing.add(away)
    assert mail_check(dns, "--relay-ip", "192.0.2.5") == 2
    said = capsys.readouterr().out
    assert "？" in said
    assert "×" not in said


def test_a_name_server_that_is_gone_leaves_everything_open(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "_PATIENCE", 0.3)
    with DnsServer({}).running() as gone:
        pass
    assert mail_check(gone, "--relay-ip", "192.0.2.5") == 2
    assert "× " not in capsys.readouterr().out


def test_another_domain_is_not_measured_by_our_key(
    dns: DnsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    mail_check(dns, "学校.example")
    assert "otayori1._domainkey.city.example TXT" not in dns.asked
    assert "xn--" in capsys.readouterr().out
    mail_check(dns, "school.example", "--selector", "s1")
    assert "s1._domainkey.school.example TXT" in dns.asked


def test_bounces_need_a_host_and_an_spf_of_their_own(
    dns: DnsServer, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    settings.OTAYORI_BOUNCE_ADDRESS = "otayori@bounce.city.example"
    assert mail_check(dns, "--relay-ip", "192.0.2.5") == 1
    said = capsys.readouterr().out
    assert "× OTAYORI_BOUNCE_ADDRESS (bounce.city.example): " in said
    assert "× SPF bounce.city.example: " in said
    dns.zone["bounce.city.example", "A"] = ("192.0.2.9",)
    dns.zone["bounce.city.example", "TXT"] = ('"v=spf1 a/28 -all"',)
    assert mail_check(dns, "--relay-ip", "192.0.2.5") == 0


@pytest.mark.parametrize("arguments", [["no domain"], ["--relay-ip", "relay.example"]])
def test_slips_of_the_operator_are_named(
    dns: DnsServer, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert mail_check(dns, *arguments) == 1
    assert "ではありません。" in capsys.readouterr().err


def test_a_name_server_is_given_by_its_address() -> None:
    with pytest.raises(Trouble, match="--nameserver"):
        resolver(("ns.example", 53))


def test_the_relay_is_asked_whether_it_encrypts(tmp_path: Path) -> None:
    certificate = throwaway_certificate(tmp_path)
    for relay, implicit, expected in (
        (SmtpServer(certificate=certificate), False, Tls.OFFERED),
        (SmtpServer(certificate=certificate, implicit_tls=True), True, Tls.OFFERED),
        (SmtpServer(), False, Tls.MISSING),
    ):
        with relay.running_in_thread():
            assert relay_tls(Relay("127.0.0.1", relay.port, implicit, local=False)) is expected
    assert relay_tls(Relay("127.0.0.1", relay.port, implicit_tls=False, local=False)) is Tls.AWAY
    assert relay_tls(Relay("127.0.0.1", relay.port, implicit_tls=False, local=True)) is Tls.LOCAL
