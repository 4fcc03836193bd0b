"""What a server's words mean for a parcel: tables of cases."""

import pytest

from otayori.delivery.channels.email.replies import (
    Judgement,
    Stage,
    judge,
    read_extensions,
    reply_code,
    split_replies,
)
from otayori.delivery.parcel import Verdict

SENT, PERMANENT, THROTTLED, TRANSIENT = (
    Verdict.SENT,
    Verdict.PERMANENT,
    Verdict.THROTTLED,
    Verdict.TRANSIENT,
)


@pytest.mark.parametrize(
    ("stage", "reply", "expected"),
    [
        (Stage.TEXT, "250 2.0.0 Ok: queued as 4Z", Judgement(SENT, "250 2.0.0")),
        (Stage.TEXT, "250", Judgement(SENT, "250")),
        # not now
        (Stage.RCPT, "451 4.3.0 local error", Judgement(TRANSIENT, "451 4.3.0")),
        (Stage.RCPT, "450 4.2.0 greylisted", Judgement(TRANSIENT, "450 4.2.0")),
        (Stage.RCPT, "452 4.2.2 mailbox full", Judgement(TRANSIENT, "452 4.2.2")),
        (Stage.DATA, "451 try again", Judgement(TRANSIENT, "451")),
        (Stage.TEXT, "452 4.3.1 insufficient storage", Judgement(TRANSIENT, "452 4.3.1")),
        # slow down
        (Stage.MAIL, "421 4.7.0 try later", Judgement(THROTTLED, "421 4.7.0")),
        (Stage.TEXT, "421 closing", Judgement(THROTTLED, "421")),
        (Stage.RCPT, "450 4.7.1 Error: too much mail", Judgement(THROTTLED, "450 4.7.1", about_domain=True)),
        (Stage.RCPT, "452 4.5.3 Too many recipients", Judgement(THROTTLED, "452 4.5.3", about_domain=True)),
        (Stage.RCPT, "451 Rate limit exceeded", Judgement(THROTTLED, "451", about_domain=True)),
        (Stage.MAIL, "451 4.7.1 Service unavailable", Judgement(THROTTLED, "451 4.7.1")),  # the relay's own
        (
            Stage.RCPT,
            "450 4.7.0 too fast, try again in 5 minutes",
            Judgement(THROTTLED, "450 4.7.0", retry_after=300.0, about_domain=True),
        ),
        (
            Stage.TEXT,
            "421 4.7.28 rate limited, retry after 90s",
            Judgement(THROTTLED, "421 4.7.28", retry_after=90.0),
        ),
        # each new recipient waits, however slowly we come
        (Stage.RCPT, "451 4.7.1 Greylisting in action", Judgement(TRANSIENT, "451 4.7.1")),
        # the mailbox is gone
        (Stage.RCPT, "550 5.1.1 User unknown", Judgement(PERMANENT, "550 5.1.1", endpoint_dead=True)),
        (Stage.RCPT, "550 5.1.10 null MX", Judgement(PERMANENT, "550 5.1.10", endpoint_dead=True)),
        (Stage.RCPT, "554 5.1.2 no such domain", Judgement(PERMANENT, "554 5.1.2", endpoint_dead=True)),
        (Stage.RCPT, "550 Unknown user", Judgement(PERMANENT, "550", endpoint_dead=True)),
        (Stage.RCPT, "551 User not local", Judgement(PERMANENT, "551", endpoint_dead=True)),
        (Stage.RCPT, "553 no such name", Judgement(PERMANENT, "553", endpoint_dead=True)),
        (Stage.RCPT, "550 5.5.0 mailbox unavailable", Judgement(PERMANENT, "550 5.5.0", endpoint_dead=True)),
        (Stage.RCPT, "550 5.2.1 disabled", Judgement(PERMANENT, "550 5.2.1", endpoint_dead=True)),
        (Stage.TEXT, "550-5.1.1 unknown\n550 5.1.1 user", Judgement(PERMANENT, "550 5.1.1", True)),
        # never, but the address is not to blame
        (Stage.RCPT, "550 5.7.1 policy", Judgement(TRANSIENT, "refused 550 5.7.1")),
        (Stage.RCPT, "550 Blocked: see our list", Judgement(TRANSIENT, "refused 550")),
        (Stage.RCPT, "550 relaying denied", Judgement(TRANSIENT, "refused 550")),
        (Stage.RCPT, "553 5.1.8 sender's domain", Judgement(PERMANENT, "553 5.1.8")),
        (Stage.RCPT, "552 5.2.2 over quota", Judgement(PERMANENT, "552 5.2.2")),
        (Stage.TEXT, "552 5.3.4 too big", Judgement(PERMANENT, "552 5.3.4")),
        (Stage.TEXT, "554 5.6.0 bad content", Judgement(PERMANENT, "554 5.6.0")),
        (Stage.MAIL, "550 sender refused", Judgement(TRANSIENT, "refused 550")),
        # our own setting is wrong, not the guardian's address
        (Stage.MAIL, "530 5.7.0 Authentication required", Judgement(TRANSIENT, "auth")),
        (Stage.RCPT, "535 5.7.8 bad credentials", Judgement(TRANSIENT, "auth")),
        # no sense
        (Stage.RCPT, "354 go on", Judgement(TRANSIENT, "protocol 354")),
        (Stage.TEXT, "hello", Judgement(TRANSIENT, "protocol 0")),
    ],
)
def test_what_a_reply_means(stage: Stage, reply: str, expected: Judgement) -> None:
    assert judge(reply.encode() + b"\r", stage) == expected


def test_no_code_ever_repeats_what_the_server_says_about_a_mailbox() -> None:
    said = b"550 5.1.1 <kim@example.jp>: Recipient address rejected\r"
    assert judge(said, Stage.RCPT).code == "550 5.1.1"


@pytest.mark.parametrize(
    ("data", "replies", "rest"),
    [
        (b"250 ok\r\n", [b"250 ok\r"], b""),
        (b"250 ok\r\n250 sender\r\n354", [b"250 ok\r", b"250 sender\r"], b"354"),
        (b"250-a\r\n250-b\r\n250 c\r\n", [b"250-a\r\n250-b\r\n250 c\r"], b""),
        (b"220 x\r\n250-a\r\n250", [b"220 x\r"], b"250-a\r\n250"),
        (b"250\n", [b"250"], b""),
        (b"", [], b""),
    ],
)
def test_replies_come_in_any_pieces(data: bytes, replies: list[bytes], rest: bytes) -> None:
    assert split_replies(data) == (replies, rest)


def test_replies_cut_anywhere_read_the_same() -> None:
    whole = b"250-relay\r\n250-PIPELINING\r\n250 8BITMIME\r\n250 2.1.0 ok\r\n354 go\r\n"
    expected, _ = split_replies(whole)
    for cut in range(len(whole)):
        first, rest = split_replies(whole[:cut])
        second, rest = split_replies(rest + whole[cut:])
        assert (first + second, rest) == (expected, b"")


@pytest.mark.parametrize(("reply", "code"), [(b"250 ok", 250), (b"25", 0), (b"", 0), (b"ok 250", 0)])
def test_codes(reply: bytes, code: int) -> None:
    assert reply_code(reply) == code


def test_extensions_are_read_in_either_spelling_of_auth() -> None:
    reply = b"250-relay.example hello\r\n250-pipelining\r\n250-AUTH=LOGIN PLAIN\r\n250 SIZE 1000\r"
    assert read_extensions(reply) == {"PIPELINING": "", "AUTH": "LOGIN PLAIN", "SIZE": "1000"}
