"""Collect what came back: empty the mailbox of the settings once, each mail written down before it goes."""

import imaplib
import logging
from collections import Counter

from django.conf import settings

from otayori.core.connections import let_go
from otayori.delivery.bounces.mailbox import Mailbox, open_mailbox
from otayori.delivery.bounces.place import read_place
from otayori.delivery.bounces.take_in import Taken, take_in
from otayori.delivery.bounces.verp import Verp

log = logging.getLogger(__name__)

UNREACHABLE = (OSError, imaplib.IMAP4.error)
Tally = Counter[Taken]


def verp() -> Verp | None:
    """The return addresses of the settings; None where no bounces are wanted."""
    if not settings.OTAYORI_BOUNCE_ADDRESS:
        return None
    return Verp(settings.OTAYORI_BOUNCE_ADDRESS, settings.SECRET_KEY)


def empty_mailbox() -> Tally:
    """Take in all that waits. Returns how many mails were what; nothing when no mailbox is set.

    Raises one of `UNREACHABLE` when the mailbox is away, or of core.outage.OUTAGES when the database is; what
    is not written down by then stays in the mailbox.
    """
    addresses = verp()
    if addresses is None or not settings.OTAYORI_BOUNCE_MAILBOX:
        return Tally()
    let_go()
    with open_mailbox(read_place(settings.OTAYORI_BOUNCE_MAILBOX)) as mailbox:
        return _empty(mailbox, addresses)


def _empty(mailbox: Mailbox, addresses: Verp) -> Tally:
    tally = Tally()
    for name in mailbox.names():
        mail = mailbox.fetch(name)
        if mail is None:
            continue
        taken = take_in(mail, addresses)
        let_go()  # the mailbox may be at the other end of the country
        if taken in {Taken.NOT_OURS, Taken.UNCLEAR}:
            mailbox.set_aside(name)
        elif taken is not Taken.EARLY:
            mailbox.delete(name)
        tally[taken] += 1
    return tally


class Collector:
    """Empties the mailbox again and again for a worker, and says once when it is away and when it is back."""

    def __init__(self) -> None:
        self._away = False

    def collect(self) -> None:
        """Empty the mailbox once. Raises nothing but core.outage.OUTAGES: then the mails stay for later."""
        try:
            empty_mailbox()
        except UNREACHABLE as error:
            if not self._away:  # the message may hold addresses, so the kind of error has to do
                log.warning("the mailbox of bounces is away (%s); trying again", type(error).__name__)
            self._away = True
        else:
            if self._away:
                log.warning("the mailbox of bounces is back")
            self._away = False
