"""What mail servers send back, as they write it. The samples stand in tests/delivery/bounces."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otayori.delivery.bounces.report import Kind, Report, read

SAMPLES = Path(__file__).parent / "bounces"


@pytest.mark.parametrize(
    ("sample", "kind", "code", "gone"),
    [
        ("postfix-unknown-user", Kind.FAILED, "bounce 5.1.1", True),
        ("postfix-no-domain", Kind.FAILED, "bounce 5.1.10", True),
        ("postfix-delayed", Kind.DELAYED, "delayed 4.4.1", False),
        ("expired", Kind.FAILED, "bounce 4.4.1", False),
        ("office365", Kind.FAILED, "bounce 5.1.10", True),
        ("outlook-vague", Kind.FAILED, "bounce 5.5.0 no mailbox", True),
        ("gmail-full", Kind.FAILED, "bounce 5.2.2", False),
        ("gmail-dmarc", Kind.FAILED, "bounce 5.7.26", False),
        ("several-one-reached", Kind.DELIVERED, "delivered 2.0.0", False),
        ("several-none-reached", Kind.FAILED, "bounce 5.2.2", False),
        ("relayed", Kind.UNKNOWN, "unknown 2.0.0", False),
        ("qmail", Kind.FAILED, "bounce 5.1.1", True),
        ("exchange-2003", Kind.FAILED, "bounce 5.3.4", False),
        ("sendmail-bare-550", Kind.FAILED, "bounce 5.0.0 no mailbox", True),
        ("docomo", Kind.FAILED, "bounce 5.0.0 no mailbox", True),
        ("au", Kind.FAILED, "bounce 5.0.0 no mailbox", True),
        ("softbank-full", Kind.FAILED, "bounce 5.2.2", False),
        ("carrier-filter", Kind.FAILED, "bounce 5.7.0", False),
        ("arf", Kind.COMPLAINT, "complaint", False),
        ("vacation", Kind.AUTO_REPLY, "auto reply", False),
        ("vacation-bare", Kind.AUTO_REPLY, "auto reply", False),
        ("challenge", Kind.AUTO_REPLY, "auto reply", False),
        ("spam", Kind.UNKNOWN, "unknown", False),
    ],
)
def test_what_comes_back_is_understood(sample: str, kind: Kind, code: str, gone: bool) -> None:
    report = read((SAMPLES / f"{sample}.eml").read_bytes())
    assert (report.kind, report.code, report.gone) == (kind, code, gone)
    assert any("bounce+TOKEN@otayori.city.example" in text for text in report.addressed_to)


def test_every_sample_is_in_the_table() -> None:
    table = next(mark for mark in test_what_comes_back_is_understood.pytestmark if mark.name == "parametrize")
    assert {row[0] for row in table.args[1]} == {path.stem for path in SAMPLES.glob("*.eml")}


def dsn(*fields: str) -> bytes:
    groups = "\n\n".join(fields)
    return f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{groups}\n".encode()


@pytest.mark.parametrize(
    ("fields", "code", "gone"),
    [
        ("Action: failed", "bounce 5.0.0", False),
        ("Status: 5.2.1", "bounce 5.2.1", True),
        ("Action: FAILED\nStatus: 5.0.0 (unknown)", "bounce 5.0.0", False),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1 gone", "bounce 5.1.1", True),
        (
            "Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 User unknown",
            "bounce 5.0.0 no mailbox",
            True,
        ),
        (
            "Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 user unknown or blocked as spam",
            "bounce 5.0.0",
            False,
        ),
        (
            "Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 user unknown",
            "bounce 5.7.1",
            False,
        ),
        ("Action: failed\nDiagnostic-Code: smtp; 552 too big", "bounce 5.0.0", False),
        ("Action: failed\nStatus: 5.1.1.1", "bounce 5.0.0", False),
        ("Action: delayed", "delayed", False),
    ],
)
def test_a_status_is_read_with_care(fields: str, code: str, gone: bool) -> None:
    report = read(dsn(fields))
    assert (report.code, report.gone) == (code, gone)


def test_an_international_report_is_split_into_its_groups() -> None:
    mail = dsn("Final-Recipient: utf-8; 花子@mail.example\nAction: failed\nStatus: 5.1.1")
    assert read(mail.replace(b"message/delivery", b"message/global-delivery")).code == "bounce 5.1.1"


def test_the_copy_of_our_own_mail_says_nothing() -> None:
    copy = dsn("Action: failed\nStatus: 5.1.1")
    assert read(copy).kind is Kind.FAILED
    assert read(b"From: winner@spam.example\nContent-Type: message/rfc822\n\n" + copy).kind is Kind.UNKNOWN


def test_no_address_and_no_word_of_theirs_is_kept_in_the_code() -> None:
    report = read(dsn("Action: failed\nStatus: 5.1.1 (hanako@mail.example)\nDiagnostic-Code: x; hanako"))
    assert report.code == "bounce 5.1.1"


def test_a_mail_is_read_to_a_limit() -> None:
    late = b"From: MAILER-DAEMON@x\n\n" + b"x\n" * 400_000 + b"550 5.1.1 user unknown"
    assert read(late).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\0" * 100,
        b"\xff\xfe" * 100,
        b"Subject: =?utf-8?b?!!!?=\nFrom: =?no-such?q?=00?=\n\n",
        b"Content-Type: text/plain; charset=no-such-charset\nFrom: mailer-daemon@x\n\n\xff",
        b"Content-Type: text/plain; charset*=x'\xff'\xff\nFrom: mailer-daemon@x\n\nx",
        b'Content-Type: multipart/report; report-type*0="a\xff\n\n--\n',
        b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n!!!!",
        b"From: mailer-daemon@x\n\n" + b"-" * 300_000,
        b"From: mailer-daemon@x\n\n" + b"\n" * 300_000,
        b"From: mailer-daemon@x\n\n" + b"error " * 50_000,
        b"From: mailer-daemon@x\nContent-Type: text/html\n\n" + b"<style " * 40_000,
        b"To: =?utf-8?q?" + b"=" * 200_000 + b"\n\n",
        b"To: x\n" * 50_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
    ],
)
def test_broken_mails_are_not_understood(mail: bytes) -> None:
    assert read(mail).kind is Kind.UNKNOWN


_PIECES = st.sampled_from(
    [sample.read_bytes()[start : start + 200] for sample in SAMPLES.glob("*.eml") for start in (0, 200, 600)]
)


@given(st.lists(st.one_of(_PIECES, st.binary(max_size=60)), max_size=8))
def test_whatever_comes_nothing_is_raised(pieces: list[bytes]) -> None:
    assert isinstance(read(b"".join(pieces)), Report)
