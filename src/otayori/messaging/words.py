"""What a message says to guardians, in the furniture of each language; its own words stay as written."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from otayori.core.moments import moment_text
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
    with translation.override(language):
        title, text = _said(message, told.kind)
        mail_title, mail_text = title, text
        if audience_of(message).is_individual:
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


def _said(message: Message, kind: Kind) -> tuple[str, str]:
    """Return title and text. Of a recalled message neither: the title may be what must not be read."""
    if kind is Kind.RECALL:
        return _("お知らせの取り消し"), recalled_text(message)
    if kind is Kind.CORRECTION and (old := message.versions.last()) is not None:
        return message.title, _("訂正：%(note)s") % {"note": old.note} + f"\n\n{message.text}"
    return message.title, message.text


def recalled_text(message: Message) -> str:
    """Say in the active language which message was recalled and why, without a word of what it said."""
    at = message.released_at
    return _(
        "%(moment)sにお送りしたお知らせを取り消しました。\n理由：%(reason)s\n\n"
        "届いたメールや保存したファイルは、開かずに削除してください。ご迷惑をおかけし、申し訳ありません。"
    ) % {"moment": moment_text(at) if at else "", "reason": message.recall_reason or ""}


def sender_of(message: Message) -> str:
    """Return who sends, as guardians know it: the school, or the board."""
    if message.school is not None:
        return message.school.name
    return getattr(message, "board_name", None) or Ward.objects.get().board  # its door brings the name along
