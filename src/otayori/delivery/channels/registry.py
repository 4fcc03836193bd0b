"""The channels there are, made from the settings. A new channel adds its folder and a line here."""

import socket
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from otayori.delivery.bounces.collect import verp
from otayori.delivery.channels.email.address import mailbox_bytes
from otayori.delivery.channels.email.channel import EmailChannel
from otayori.delivery.channels.email.config import SmtpConfig
from otayori.delivery.channels.email.dkim import DkimSigner
from otayori.delivery.channels.webpush.channel import WebPushChannel
from otayori.delivery.channels.webpush.vapid import Vapid
from otayori.delivery.parcel import Channel


def email() -> EmailChannel:
    """Mail through the ward's relay."""
    config = SmtpConfig.from_url(
        settings.OTAYORI_SMTP_URL, mail_from=settings.OTAYORI_MAIL_FROM, helo=socket.getfqdn()
    )
    return_addresses = verp()
    return EmailChannel(
        config,
        return_path=return_addresses.return_path if return_addresses else None,
        signer=dkim(config.mail_from),
    )


def dkim(mail_from: str) -> DkimSigner | None:
    """The signature of mails, where the operator gave a key."""
    path = settings.OTAYORI_DKIM_KEY_FILE
    if path is None:
        return None
    domain = mailbox_bytes(mail_from).rpartition(b"@")[2].decode("ascii")
    return DkimSigner.from_pem(path.read_bytes(), selector=settings.OTAYORI_DKIM_SELECTOR, domain=domain)


def vapid() -> Vapid:
    """The identity by which push services know this installation."""
    return Vapid(Path(str(settings.OTAYORI_VAPID_KEY_FILE)).read_bytes(), settings.OTAYORI_VAPID_SUBJECT)


def webpush() -> WebPushChannel:
    """Web Push to the services the settings allow."""
    return WebPushChannel(vapid(), allowed_hosts=settings.OTAYORI_PUSH_HOSTS)


CHANNELS: dict[str, Callable[[], Channel]] = {"email": email, "webpush": webpush}
