"""Mail of signing in: codes and warnings, one at a time, at once, at most once, never behind mass mail."""

import logging
import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage

from otayori.core.connections import let_go

log = logging.getLogger(__name__)


class MailNotSent(Exception):
    """The relay did not take the mail. Nothing is queued: the person asks again."""


def sender_address() -> str:
    """Return the address our mail comes from, for who has to let it in."""
    return parseaddr(settings.OTAYORI_MAIL_FROM)[1]


def send_now(message: EmailMessage) -> None:
    """Hand the mail to the relay, or raise `MailNotSent`."""
    let_go()
    message.extra_headers.setdefault("Auto-Submitted", "auto-generated")
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        log.warning("sign-in mail not taken: %s", type(error).__name__)
        raise MailNotSent from error


def send_text(to: str, subject: str, text: str) -> None:
    """Send a plain text to one address, or raise `MailNotSent`."""
    send_now(EmailMessage(subject, text, settings.OTAYORI_MAIL_FROM, [to]))
