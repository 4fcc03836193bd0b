"""Show a message as the mail channel would send it now, to who writes it."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings

from otayori.core import clock
from otayori.delivery.channels.email.message import cut_stencil
from otayori.delivery.parcel import Content, Urgency
from otayori.delivery.release import Text
from otayori.messaging.models import Message
from otayori.messaging.words import texts

_DOUBLED_DOT = re.compile(rb"^\.\.", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """A mail as its reader sees it."""

    sender: str  # 桜小学校 <otayori@midori.example>
    subject: str
    text: str


def mail_of(message: Message) -> Mail:
    """Render the mail of a draft (saved or not) by the channel itself, and read it as a mailer would."""
    content = _content(message, texts(message)[0])
    stencil = cut_stencil(content, mail_from=parseaddr(settings.OTAYORI_MAIL_FROM)[1])
    mail = message_from_bytes(_DOUBLED_DOT.sub(b".", stencil.rest), EmailMessage, policy=policy.default)
    body = mail.get_body(("plain",))
    return Mail(
        sender=str(mail["From"]),
        subject=str(mail["Subject"]),
        text=str(body.get_content()).replace("\r\n", "\n").strip("\n") if body else "",
    )


def _content(message: Message, text: Text) -> Content:
    fields = {name: getattr(text, name) for name in Text.__dataclass_fields__}
    return Content(
        batch_id=UUID(int=0),
        urgency=Urgency(message.urgency),
        sent_at=message.release_at or clock.now(),
        deadline=message.deliver_before,
        **fields,
    )
