"""Tables of what DNS may hold for a sending domain, and what the operator is told."""

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from otayori.ops.mail_check.judge import exit_code, judge
from otayori.ops.mail_check.judge_signing import judge_dkim, judge_dmarc
from otayori.ops.mail_check.records import Answer, Ask, Finding, Mark, Question, Records, Spf, Tls
from otayori.ops.mail_check.spf import walk

CITY = Question("city.example", selector="s1", relay_ip="192.0.2.5")
WELL = Records(
    mail_hosts=("mail.city.example",),
    addresses=(),
    spf=Spf(("v=spf1 mx -all",), "-all", 1, covers=True),
    dkim=(),
    dmarc=("v=DMARC1; p=none; rua=mailto:a@city.example",),
    dmarc_at="city.example",
    relay_names=("out.relay.example",),
    confirmed_names=("out.relay.example",),
    relay_tls=Tls.OFFERED,
)


def public_key(bits: int) -> str:
    key = rsa.generate_private_key(65537, bits).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


KEY = public_key(2048)
WELL = replace(WELL, dkim=(f"v=DKIM1; k=rsa; p={KEY}",))


def marks(findings: list[Finding]) -> str:
    return "".join(finding.mark for finding in findings)


def test_all_is_well() -> None:
    findings = judge(CITY, WELL)
    assert set(marks(findings)) == {Mark.GOOD}
    assert exit_code(findings) == 0


@pytest.mark.parametrize(
    ("changes", "mark", "says"),
    [
        ({"mail_hosts": ("",)}, Mark.MISSING, "「メールを受け取らない」と宣言"),
        ({"mail_hosts": ()}, Mark.MISSING, "MX も A もありません"),
        ({"mail_hosts": None}, Mark.UNKNOWN, "DNS が答えません"),
        ({"mail_hosts": (), "addresses": None}, Mark.UNKNOWN, "DNS が答えません"),
        ({"spf": Spf(None)}, Mark.UNKNOWN, "DNS が答えません"),
        ({"spf": Spf(())}, Mark.MISSING, "記録がありません"),
        ({"spf": Spf(("v=spf1 -all", "v=spf1 ~all"))}, Mark.MISSING, "2 個あります"),
        ({"spf": replace(WELL.spf, broken="ip4:1.2")}, Mark.MISSING, "「ip4:1.2」を読めません"),
        ({"spf": replace(WELL.spf, lookups=11)}, Mark.MISSING, "11 回引きます"),
        ({"spf": replace(WELL.spf, catch_all="+all")}, Mark.MISSING, "誰にでも"),
        ({"spf": replace(WELL.spf, catch_all="?all")}, Mark.ADVICE, "見分けられません"),
        ({"spf": replace(WELL.spf, catch_all="")}, Mark.ADVICE, "見分けられません"),
        ({"spf": replace(WELL.spf, covers=False)}, Mark.MISSING, "v=spf1 ip4:192.0.2.5 mx -all"),
        ({"spf": replace(WELL.spf, covers=None)}, Mark.UNKNOWN, "わかりません"),
        ({"relay_names": (), "confirmed_names": ()}, Mark.MISSING, "逆引きがありません"),
        ({"confirmed_names": ()}, Mark.MISSING, "out.relay.example. A 192.0.2.5"),
        ({"relay_names": None}, Mark.UNKNOWN, "DNS が答えません"),
        ({"relay_tls": Tls.MISSING}, Mark.MISSING, "STARTTLS に応じません"),
        ({"relay_tls": Tls.AWAY}, Mark.UNKNOWN, "中継サーバーが答えません"),
    ],
)
def test_one_thing_is_wrong_and_said(changes: dict[str, object], mark: Mark, says: str) -> None:
    findings = judge(CITY, replace(WELL, **changes))  # type: ignore[arg-type]
    [wrong] = [finding for finding in findings if finding.mark is not Mark.GOOD]
    assert wrong.mark is mark
    assert says in str(wrong)
    assert exit_code(findings) == {Mark.MISSING: 1, Mark.UNKNOWN: 2, Mark.ADVICE: 0}[mark]


def test_an_address_without_mx_is_enough() -> None:
    assert exit_code(judge(CITY, replace(WELL, mail_hosts=(), addresses=("192.0.2.80",)))) == 0


def test_what_is_missing_weighs_more_than_what_is_unknown() -> None:
    assert exit_code(judge(CITY, replace(WELL, mail_hosts=(), dmarc=None))) == 1


@pytest.mark.parametrize(
    ("texts", "expected", "says"),
    [
        (None, "？", "DNS が答えません"),
        ((), "×", "公開鍵がありません"),
        (("v=DKIM1; p=A", "v=DKIM1; p=B"), "×", "2つ以上"),
        (("v=DKIM1; p=",), "×", "取り消された"),
        (("v=DKIM1; p=not base64",), "×", "取り消された"),
        ((f"v=DKIM1; p={KEY[:100]} {KEY[100:]}",), "○", "RSA 2048"),
        ((f"p={public_key(1024)}",), "△", "1024ビット"),
        (("v=DKIM1; k=ed25519; p=" + "A" * 43 + "=",), "△", "Ed25519"),
        (("v=DKIM1; k=other; p=AAAA",), "×", "使える公開鍵ではありません"),
    ],
)
def test_dkim(texts: Answer, expected: str, says: str) -> None:
    findings = list(judge_dkim(CITY, texts))
    assert marks(findings) == expected
    assert says in str(findings[0])


def test_dkim_must_hold_the_key_we_sign_with() -> None:
    ours = replace(CITY, our_key=f"v=DKIM1; k=rsa; p={KEY}")
    assert marks(list(judge_dkim(ours, (f"v=DKIM1; p={KEY}",)))) == "○"
    other, differs = judge_dkim(ours, (f"v=DKIM1; p={public_key(2048)}",))
    assert (other.mark, differs.mark) == (Mark.GOOD, Mark.MISSING)
    assert KEY[:200] in differs.record
    assert marks(list(judge_dkim(replace(CITY, selector=""), ()))) == "？"


@pytest.mark.parametrize(
    ("records", "at", "bounces", "expected"),
    [
        (None, "city.example", "", "？"),
        ((), "city.example", "", "×"),
        (("v=DMARC1; p=none", "v=DMARC1; p=reject"), "city.example", "", "×"),
        (("v=DMARC1; rua=mailto:a@b.example",), "city.example", "", "×"),
        (("v=DMARC1; p=everything",), "city.example", "", "×"),
        (("v=DMARC1; p=Reject; rua=mailto:a@b.example",), "city.example", "", "○"),
        (("v=DMARC1; p=none",), "city.example", "", "○△"),
        (("v=DMARC1; p=none; sp=quarantine; rua=mailto:a@b.example",), "example", "", "○"),
        (("v=DMARC1; p=none; rua=mailto:a@b.example",), "city.example", "bounce.city.example", "○"),
        (("v=DMARC1; p=none; aspf=s; rua=mailto:a@b.example",), "city.example", "bounce.city.example", "○△"),
        (("v=DMARC1; p=none; rua=mailto:a@b.example",), "city.example", "relay.example", "○△"),
    ],
)
def test_dmarc(records: Answer, at: str, bounces: str, expected: str) -> None:
    assert marks(list(judge_dmarc(replace(CITY, bounce_domain=bounces), at, records))) == expected


ZONE: dict[tuple[str, str], tuple[str, ...]] = {
    ("relay.example", "TXT"): ("v=spf1 ip4:192.0.2.0/28 ip6:2001:db8::/32 -all",),
    ("hosts.example", "TXT"): ("v=spf1 a:web.example/31 mx//64 ~all",),
    ("hosts.example", "MX"): ("web.example", ""),
    ("web.example", "A"): ("192.0.2.4",),
    ("web.example", "AAAA"): ("2001:db8::1",),
    ("loop.example", "TXT"): ("v=spf1 include:loop.example -all",),
}


@pytest.mark.parametrize(
    ("record", "ip", "covers", "catch_all", "lookups"),
    [
        ("v=spf1 ip4:192.0.2.5 -all", "192.0.2.5", True, "-all", 0),
        ("v=spf1 ip4:192.0.2.5 -all", "192.0.2.6", False, "-all", 0),
        ("v=spf1 -ip4:192.0.2.5 ip4:192.0.2.0/24 -all", "192.0.2.5", False, "-all", 0),
        ("v=spf1 ?ip4:192.0.2.5 +all", "192.0.2.5", False, "+all", 0),
        ("V=SPF1 IP4:192.0.2.0/24 ~ALL", "192.0.2.5", True, "~all", 0),
        ("v=spf1 ip4:192.0.2.5", "192.0.2.6", False, "", 0),
        ("v=spf1 include:relay.example ~all", "192.0.2.5", True, "~all", 1),
        ("v=spf1 include:relay.example ~all", "2001:db8::5", True, "~all", 1),
        ("v=spf1 include:relay.example ~all", "192.0.2.99", False, "~all", 1),
        ("v=spf1 redirect=hosts.example", "192.0.2.5", True, "~all", 3),
        ("v=spf1 redirect=hosts.example", "2001:db8::99", True, "~all", 3),
        ("v=spf1 include:hosts.example -all", "192.0.2.8", False, "-all", 3),
        ("v=spf1 exists:%{i}.x.example -all", "192.0.2.5", None, "-all", 1),
        ("v=spf1 include:away.example -all", "192.0.2.5", None, "-all", 1),
        ("v=spf1 a:away.example ip4:192.0.2.5 -all", "192.0.2.5", True, "-all", 1),
        ("v=spf1 include:relay.example -all", "", None, "-all", 1),
    ],
)
def test_spf(record: str, ip: str, covers: bool | None, catch_all: str, lookups: int) -> None:
    found = walk("city.example", ip, zone(record))
    assert (found.covers, found.catch_all, found.lookups, found.broken) == (
        covers,
        catch_all.lower(),
        lookups,
        "",
    )


@pytest.mark.parametrize(
    ("record", "broken"),
    [
        ("v=spf1 ip4:192.0.2 -all", "192.0.2"),
        ("v=spf1 ip4 -all", "city.example"),
        ("v=spf1 ipv4:192.0.2.5 -all", "ipv4:192.0.2.5"),
        ("v=spf1 include:nobody.example -all", "include:nobody.example"),
    ],
)
def test_spf_that_no_receiver_can_read(record: str, broken: str) -> None:
    assert walk("city.example", "192.0.2.5", zone(record)).broken == broken


def test_an_include_of_itself_ends() -> None:
    assert walk("city.example", "192.0.2.5", zone("v=spf1 include:loop.example -all")).lookups > 10


def test_other_texts_are_no_spf() -> None:
    assert walk("city.example", "", lambda name, kind: ("v=spf10", "v=spf1", "hello")).records == ("v=spf1",)


def zone(record: str) -> Ask:
    known = ZONE | {("city.example", "TXT"): (record,)}
    return lambda name, kind: None if name == "away.example" else known.get((name, kind), ())
