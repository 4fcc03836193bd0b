"""Delivery status notifications (RFC 3464, and RFC 6533 for international addresses). Pure."""

import re
from email.message import Message
from typing import NamedTuple

from otayori.delivery.bounces.mail import Mail, blocks
from otayori.delivery.bounces.words import says_gone

_TYPES = ("message/delivery-status", "message/global-delivery-status")
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?:^|[;\s:])([245])\d\d(?=[\s-]|$)")
_VAGUE = re.compile(r"[245]\.\d{1,3}\.0")
# Mailbox, domain, or its form (RFC 3463 3.2), moved, null MX (RFC 7505), disabled
_GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_BY_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}


class Fate(NamedTuple):
    """What became of the mail: an action of RFC 3464 2.3.3, an enhanced status, and whether the mailbox is
    said to be gone where the status alone leaves that open."""

    action: str
    status: str
    gone: bool


def read_dsn(mail: Mail) -> Fate | None:
    """Return what a report says, or None when the mail is none.

    Our mails have one recipient each. Several are reported where that one is a list or forwards: one
    that was reached, or is still tried, counts for all, and a dead one of them does not make ours dead.
    """
    fates = [fate for part in mail.parts(*_TYPES) for block in blocks(part) if (fate := _fate(block))]
    for action in ("delivered", "relayed", "expanded", "delayed"):
        for fate in fates:
            if fate.action == action:
                return fate
    failed = [fate for fate in fates if fate.action == "failed"]
    return min(failed, key=lambda fate: is_gone(fate.status, plainly=fate.gone), default=None)


def is_gone(status: str, *, plainly: bool) -> bool:
    """Tell whether a status means that mailbox or domain do not exist. `plainly`: the words say so."""
    return status in _GONE or (plainly and is_vague(status))


def is_vague(status: str) -> bool:
    """Tell whether a permanent status leaves open what was wrong ("5.0.0"; outlook.com's "5.5.0")."""
    return status.startswith("5.") and _VAGUE.fullmatch(status) is not None


def _fate(block: Message) -> Fate | None:
    action = str(block.get("Action", "")).split("(")[0].strip().lower()
    given = _ENHANCED.match(str(block.get("Status", "")).strip())
    diagnostic = str(block.get("Diagnostic-Code", ""))[:2000]
    if not action and not given:
        return None  # the fields about the whole mail
    status = given.group(1) if given else ""
    if (not status or _VAGUE.fullmatch(status)) and (found := status_in(diagnostic)):
        status = found if not status or found[0] == status[0] else status
    action = action or _BY_CLASS.get(status[:1], "")
    if action == "failed" and not status:
        status = "5.0.0"
    return Fate(action, status, gone=says_gone(" ".join(diagnostic.split())))


def status_in(text: str) -> str:
    """Return the enhanced status in the words of a server, "5.0.0" for a bare 550, "" for none."""
    if found := _ENHANCED.search(text):
        return found.group(1)
    reply = _REPLY.search(text)
    return f"{reply.group(1)}.0.0" if reply else ""
