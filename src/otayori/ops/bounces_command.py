"""`otayori bounces`: `receive` takes one mail from the relay's pipe, `read` empties the mailbox once."""

import logging
import sys

from django.conf import settings

from otayori.core.outage import OUTAGES
from otayori.delivery.bounces.collect import UNREACHABLE, empty_mailbox, verp
from otayori.delivery.bounces.mail import MAX_SIZE
from otayori.delivery.bounces.take_in import Taken, take_in
from otayori.ops.trouble import Trouble, Unreachable

TAKEN, KEEP_IT = 0, 75
"""Exit codes for the relay (sysexits.h): dealt with · EX_TEMPFAIL, keep the mail and try again."""

log = logging.getLogger(__name__)


def receive(recipient: str) -> int:
    """Take in the mail on standard input; returns the exit code.

    What is not ours is dropped: sending it back would bother whom a forged sender names.
    """
    addresses = verp()
    if addresses is None:
        log.error("OTAYORI_BOUNCE_ADDRESS is not set: the mail stays with the relay")
        return KEEP_IT
    mail = sys.stdin.buffer.read(MAX_SIZE)
    while sys.stdin.buffer.read(MAX_SIZE):  # a relay whose pipe breaks would try again
        pass
    try:
        taken = take_in(mail, addresses, recipient=recipient)
    except Exception as error:  # the database is away; whatever it is, any other code would lose the mail
        log.error("the mail stays with the relay: %s", type(error).__name__)  # noqa: TRY400 - no mail in logs
        return KEEP_IT
    if taken is Taken.EARLY:
        return KEEP_IT
    if taken is Taken.NOT_OURS:
        log.warning("dropped a mail without a signed address of ours")
    return TAKEN


def read() -> int:
    """Empty the mailbox once and say what was in it; returns the exit code. Raises Trouble."""
    if verp() is None or not settings.OTAYORI_BOUNCE_MAILBOX:
        raise Trouble(
            "OTAYORI_BOUNCE_ADDRESS と OTAYORI_BOUNCE_MAILBOX を設定してください。",
            "Set OTAYORI_BOUNCE_ADDRESS and OTAYORI_BOUNCE_MAILBOX.",
        )
    try:
        tally = empty_mailbox()
    except UNREACHABLE as error:
        raise Unreachable(
            f"戻り先のメールボックスを開けません（{type(error).__name__}）。"
            "OTAYORI_BOUNCE_MAILBOX を確かめてください。",
            "The mailbox of bounces can't be opened: check OTAYORI_BOUNCE_MAILBOX.",
        ) from error
    except OUTAGES as error:
        raise Unreachable(
            "データベースにつながりません。メールはそのまま残っています。",
            "The database is away; the mails stay where they are.",
        ) from error
    print(
        f"書きとめた {tally[Taken.WRITTEN]:,}通、すでに書きとめていた {tally[Taken.KNOWN]:,}通、"
        f"人が見るフォルダーに移した {tally[Taken.NOT_OURS] + tally[Taken.UNCLEAR]:,}通"
    )
    return 0
