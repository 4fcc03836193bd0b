"""What a message says to guardians, in the furniture of each language; its own words stay as written."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from otayori.delivery import release as delivery
from otayori.delivery.parcel import Kind
from otayori.messaging.compose import audience_of
from otayori.messaging.models import Attachment, Message
from otayori.schools.models import Ward


def texts(message: Message, kind: Kind = Kind.MESSAGE) -> list[delivery.Text]:
    """Return the texts of a batch about the message, one a language. `kind`: for the first time, or again."""
    told = _Told(kind, sender_of(message), [] if kind is Kind.RECALL else _files(message))
    return [_text(message, language, told) for language in delivery.languages()]


@dataclass(frozen=True)
class _Told:
    """What is the same in every language."""

    kind: Kind
    sender: str
    files: list[dict[str, object]]


def _files(message: Message) -> list[dict[str, object]]:
    ready = message.attachments.filter(state=Attachment.State.READY)
    return [{"id": str(one.id), "name": one.name, "kind": one.kind, "size": one.size} for one in ready]


def _text(message: Message, language: str, told: _Told) -> delivery.Text:
    base = settings.OTAYORI_BASE_URL
    title, text = message.title, message.text
    mail_title, mail_text = title, text
    if audience_of(message).is_individual:
        with translation.override(language):
            mail_title = _("%(school)sからお知らせがあります") % {"school": told.sender}
            mail_text = _("お知らせが届きました。内容は、下のリンクからアプリでご覧ください。")
    return delivery.Text(
        language=language,
        sender=told.sender,
        title=title,
        text=text,
        mail_title=mail_title,
        mail_text=mail_text,
        url=f"{base}/m/{message.id}",
        settings_url=f"{base}/settings",
        kind=told.kind,
        version=message.version,
        files=told.files,
    )


def sender_of(message: Message) -> str:
    """Return who sends, as guardians know it: the school, or the board."""
    return message.school.name if message.school is not None else Ward.objects.get().board
