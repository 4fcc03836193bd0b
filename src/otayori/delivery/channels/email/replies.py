"""Read SMTP replies and judge what they mean for a parcel: tables and functions without any network."""

import re
from dataclasses import dataclass
from enum import Enum

from otayori.delivery.parcel import Verdict


class Stage(Enum):
    """Which command of a transaction a reply answers."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    TEXT = "the final dot"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The part of an Outcome that a reply decides. `code` never holds an address."""

    verdict: Verdict
    code: str = ""
    endpoint_dead: bool = False
    retry_after: float | None = None  # seconds
    about_domain: bool = False  # the receiving domain throttles, not the relay as such


SENT = Judgement(Verdict.SENT, "250")

_ENHANCED = re.compile(rb"^[245]\d\d[ -]([245]\.\d{1,3}\.\d{1,3})(?=\s|$)")
_SLOW_DOWN = re.compile(rb"too many|too fast|rate limit|limit exceeded|throttl|slow down", re.IGNORECASE)
# A bare 550 with such a word tells of us or of our text, not of the mailbox. Taking a live address for a
# dead one cuts a family off, so doubt goes this way.
_ABOUT_US = re.compile(
    rb"spam|block|policy|denied|relay|dmarc|dkim|spf|black|reputation|sender|access|client|auth",
    re.IGNORECASE,
)
_GREYLISTED = re.compile(rb"gr[ae]y-?list", re.IGNORECASE)
_TRY_AGAIN_IN = re.compile(
    rb"\b(?:in|after|for) (\d{1,5}) ?(s|sec|m|min|h)(?:onds?|ours?|utes?|s)?\b", re.IGNORECASE
)
_SECONDS = {b"s": 1.0, b"m": 60.0, b"h": 3600.0}
_AUTH_CODES = frozenset({530, 534, 535, 538})
_NO_MAILBOX_CODES = frozenset({550, 551, 553})
_VAGUE = frozenset({"", "5.0.0", "5.5.0"})  # 5.5.0: outlook.com's unknown mailbox
_ABOUT_SENDER = frozenset({"5.1.7", "5.1.8"})  # RFC 3463 3.2: the sender's address, not the recipient's


def split_replies(data: bytes) -> tuple[list[bytes], bytes]:
    """Cut what a server sent into whole replies (a long one keeps its lines) and the unfinished rest."""
    lines = data.split(b"\n")
    rest = lines.pop()
    if not any(line[3:4] == b"-" for line in lines):
        return lines, rest
    replies: list[bytes] = []
    begun = b""
    for line in lines:
        begun += line
        if line[3:4] == b"-":
            begun += b"\n"
        else:
            replies.append(begun)
            begun = b""
    return replies, begun + rest


def reply_code(reply: bytes) -> int:
    """The three digits of a reply, or 0 when it is no SMTP reply at all."""
    digits = reply[:3]
    return int(digits) if len(digits) == 3 and digits.isdigit() else 0


def read_extensions(reply: bytes) -> dict[str, str]:
    """What an EHLO reply offers: keyword in capitals, and the rest of its line."""
    lines = reply.decode("ascii", "replace").splitlines()[1:]
    words = [line[4:].strip().replace("=", " ", 1).partition(" ") for line in lines]
    return {keyword.upper(): rest for keyword, _, rest in words if keyword}


def judge(reply: bytes, stage: Stage) -> Judgement:
    """What a reply at this stage means for the parcel. Only a 2xx to the final dot means sent."""
    code = reply_code(reply)
    found = _ENHANCED.match(reply)
    enhanced = found.group(1).decode("ascii") if found else ""
    shown = f"{code} {enhanced}" if enhanced else f"{code}"
    if 200 <= code < 300 and stage is Stage.TEXT:
        return Judgement(Verdict.SENT, shown)
    if code in _AUTH_CODES:
        return Judgement(Verdict.TRANSIENT, "auth")
    if 400 <= code < 500 and not _slows_down(code, enhanced, reply):
        return Judgement(Verdict.TRANSIENT, shown)
    if 400 <= code < 500:
        # 421 closes the connection, and before RCPT the relay knows of no receiving domain.
        about_domain = code != 421 and stage is not Stage.MAIL
        return Judgement(Verdict.THROTTLED, shown, retry_after=_read_wait(reply), about_domain=about_domain)
    if 500 <= code < 600 and _refuses_us(enhanced, reply, stage):
        return Judgement(Verdict.TRANSIENT, f"refused {shown}")
    if 500 <= code < 600:
        dead = _mailbox_gone(code, enhanced, reply, stage)
        return Judgement(Verdict.PERMANENT, shown, endpoint_dead=dead)
    return Judgement(Verdict.TRANSIENT, f"protocol {code}")


def _slows_down(code: int, enhanced: str, reply: bytes) -> bool:
    """Tell "not so fast" from a delay of this one mail."""
    if code == 421:
        return True
    if _GREYLISTED.search(reply):
        return False  # each new recipient has to wait, however slowly we come
    return enhanced.startswith("4.7.") or (450 <= code <= 452 and _SLOW_DOWN.search(reply) is not None)


def _read_wait(reply: bytes) -> float | None:
    """The seconds a server says to wait, if it does: "try again in 5 minutes"."""
    found = _TRY_AGAIN_IN.search(reply)
    return int(found[1]) * _SECONDS[found[2][:1].lower()] if found else None


def _refuses_us(enhanced: str, reply: bytes, stage: Stage) -> bool:
    """Tell whether a refusal speaks of us (our address, our right to relay), not of the recipient.

    That is a setting to mend, and must not fail a whole ward for good: it is tried again, and staff are told.
    """
    if stage is Stage.MAIL:
        return True
    vague = enhanced in _VAGUE or enhanced.startswith("5.7.")
    return stage is Stage.RCPT and vague and _ABOUT_US.search(reply) is not None


def _mailbox_gone(code: int, enhanced: str, reply: bytes, stage: Stage) -> bool:
    if stage is Stage.TEXT:
        # One recipient per transaction, so a late "5.1.1" can only mean this one.
        return enhanced == "5.1.1"
    if stage is not Stage.RCPT:
        return False
    if enhanced == "5.2.1" or (enhanced.startswith("5.1.") and enhanced not in _ABOUT_SENDER):
        return True
    return enhanced in _VAGUE and code in _NO_MAILBOX_CODES and not _ABOUT_US.search(reply)
