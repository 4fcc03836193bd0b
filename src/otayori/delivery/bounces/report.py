"""Read what came back: of which kind it is, and what it says of the mail that was sent. Pure.

The mail is untrusted in every byte. `read` takes any bytes and never raises.
"""

import logging
from dataclasses import dataclass
from enum import StrEnum

from otayori.delivery.bounces.automatic import is_automatic, is_challenge
from otayori.delivery.bounces.dsn import Fate, is_gone, is_vague, read_dsn
from otayori.delivery.bounces.mail import Mail
from otayori.delivery.bounces.plain import from_daemon, from_nobody, read_plain

log = logging.getLogger(__name__)

# Where the address stands that a mail was sent to; the last three are written by the server that keeps it
_ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")


class Kind(StrEnum):
    """What a mail to a return address can be."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINT = "complaint"  # somebody pressed "this is spam" (RFC 5965)
    AUTO_REPLY = "auto_reply"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail says. `status` is an enhanced status code (RFC 3463), "" where it has no say.

    `gone`: mailbox or domain do not exist, by the status or, where that is vague, by plain words.
    `addressed_to` holds the headers in which a signed address may stand; nothing of them is kept.
    """

    kind: Kind
    status: str = ""
    gone: bool = False
    addressed_to: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """A word for staff and logs, without any address: "bounce 5.1.1", "bounce 5.0.0 no mailbox"."""
        words = ["bounce" if self.kind is Kind.FAILED else self.kind.value.replace("_", " "), self.status]
        if self.gone and is_vague(self.status):
            words.append("no mailbox")
        return " ".join(word for word in words if word)


_KINDS = {"failed": Kind.FAILED, "delayed": Kind.DELAYED, "delivered": Kind.DELIVERED}


def read(data: bytes) -> Report:
    """Return what a mail says. `data` may be cut off: the copy of our own mail at its end is not needed."""
    try:
        mail = Mail(data)
        addressed_to = tuple(mail.headers(*_ADDRESSED))
    except Exception as error:
        return _unreadable(error)
    try:
        kind, fate = _judge(mail)
    except Exception as error:
        return Report(_unreadable(error).kind, addressed_to=addressed_to)
    if fate is None:
        return Report(kind, addressed_to=addressed_to)
    gone = kind is Kind.FAILED and is_gone(fate.status, plainly=fate.gone)
    return Report(kind, fate.status, gone, addressed_to)


def _judge(mail: Mail) -> tuple[Kind, Fate | None]:
    if mail.report_type == "feedback-report" or mail.parts("message/feedback-report"):
        return Kind.COMPLAINT, None
    if fate := read_dsn(mail):
        return _KINDS.get(fate.action, Kind.UNKNOWN), fate
    by_machine = from_daemon(mail)
    # An absence note has the empty return path too (RFC 3834 3.3), but a person's name.
    if is_challenge(mail) or (is_automatic(mail) and not by_machine):
        return Kind.AUTO_REPLY, None
    if (by_machine or from_nobody(mail)) and (fate := read_plain(mail)):
        return _KINDS[fate.action], fate
    return (Kind.AUTO_REPLY if is_automatic(mail) else Kind.UNKNOWN), None


def _unreadable(error: Exception) -> Report:
    """The standard library has raised on hostile mails more than once; none may stop the others."""
    log.warning("a mail that came back can't be read: %s", type(error).__name__)
    return Report(Kind.UNKNOWN)
