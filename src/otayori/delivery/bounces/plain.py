"""Bounces in words alone: qmail (QSBMF), older Exchange, carriers, and whoever else has no RFC 3464. Pure.

Only what comes from a mail system is looked at, and only to a signed address: the words decide nothing
but what became of that one delivery.
"""

import re

from otayori.delivery.bounces.dsn import Fate, status_in
from otayori.delivery.bounces.mail import Mail
from otayori.delivery.bounces.words import says_delay, says_failure, says_gone, status_in_words

_DAEMON = re.compile(
    r"\b(?:mailer-?daemon|mail-?daemon|postmaster|mail-?system|mdaemon|mail-?delivery|mailadmin)@?",
    re.IGNORECASE,
)
# A status stands behind a reply code, "#", or a word that announces it: versions and addresses look alike.
_ANNOUNCED = re.compile(
    r"(?:\b[45]\d\d[ -]#?|#|status[:= ]+|error[:= ]+|code[:= ]+|\()([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)",
    re.IGNORECASE,
)
_REPLY_LINE = re.compile(
    r"(?:^|<<<|said:|responded:?|response:?|error:?|reason:?|code:?)[ \t]*(?:\d{3}-)*([45]\d\d[ -].*)$",
    re.IGNORECASE | re.MULTILINE,
)


def from_daemon(mail: Mail) -> bool:
    """Tell whether the mail names a mail system as its author."""
    return any(_DAEMON.search(text) for text in mail.headers("From", "Sender"))


def from_nobody(mail: Mail) -> bool:
    """Tell whether it came with the empty return path, as RFC 5321 4.5.5 wants of bounces."""
    return any(text == "<>" for text in mail.headers("Return-Path", "X-Envelope-From"))


def read_plain(mail: Mail) -> Fate | None:
    """Return what the words come to, or None when they do not speak of a mail that came back."""
    text = mail.text()
    whole = f"{mail.header('Subject')}\n{text}"
    status = _status(text)
    if says_delay(whole):
        return Fate("delayed", status if status.startswith("4.") else "4.0.0", gone=False)
    if not says_failure(whole) and not status.startswith("5."):
        return Fate("delayed", status, gone=False) if status else None
    return Fate("failed", status or status_in_words(text), gone=says_gone(text))


def _status(text: str) -> str:
    if found := _ANNOUNCED.search(text):
        return found.group(1)
    line = _REPLY_LINE.search(text)
    return status_in(line.group(1)) if line else ""
