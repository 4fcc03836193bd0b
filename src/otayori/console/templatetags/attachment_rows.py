"""Files of a message as lists show them: icon, kind, state in words, and why one was refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django import template
from django.utils.translation import gettext as _

from otayori.messaging.attachments import process
from otayori.messaging.attachments.access import files_of
from otayori.messaging.attachments.file_name import extension
from otayori.messaging.attachments.kinds import TYPES
from otayori.messaging.attachments.limits import MOST_FILES, MOST_MEGABYTES
from otayori.messaging.attachments.refusals import sentence
from otayori.messaging.models import Attachment, Message

register = template.Library()

State = Attachment.State
_NAMES = {"docx": "Word", "xlsx": "Excel", "pptx": "PowerPoint", "jpg": "JPEG"}
ACCEPTED = ",".join(f".{last}" for last in TYPES)


@dataclass(frozen=True)
class Row:
    """A file in a list. `status` is a kind of the component of that name, `word` what it says."""

    id: UUID
    name: str
    size: int
    kind: str
    icon: str
    state: str
    status: str
    word: str
    percent: int
    why: str

    @property
    def is_ready(self) -> bool:
        return self.state == State.READY

    @property
    def is_checking(self) -> bool:
        return self.state == State.CHECKING

    @property
    def is_uploading(self) -> bool:
        return self.state == State.UPLOADING


@register.simple_tag
def attachment_rows(message: Message | None, attachments: Iterable[Attachment] | str = "") -> list[Row]:
    """The files of a message, or those given, as rows; a message that is not saved yet has none."""
    if not message:
        return []
    # a variable that a template does not find is ""
    found = files_of(message) if isinstance(attachments, str) else attachments
    return [_row(attachment) for attachment in found]


@register.simple_tag
def scanner_is_away(rows: Iterable[Row]) -> bool:
    """Tell whether files of these wait because the malware scanner does not answer."""
    return any(row.is_checking for row in rows) and process.scanner_is_away()


@register.simple_tag
def attachment_limits() -> dict[str, object]:
    """What the file field says and accepts."""
    return {"files": MOST_FILES, "megabytes": MOST_MEGABYTES, "accepted": ACCEPTED}


def _row(attachment: Attachment) -> Row:
    last = extension(attachment.name)
    percent = attachment.received * 100 // max(attachment.size, 1)
    status, word = _state(attachment, percent)
    return Row(
        id=attachment.id,
        name=attachment.name,
        size=attachment.size,
        kind=_NAMES.get(last, last.upper()),
        icon="image" if last in TYPES and TYPES[last].kind == "image" else "file",
        state=attachment.state,
        status=status,
        word=word,
        percent=percent,
        why=sentence(attachment.refusal) if attachment.refusal else "",
    )


def _state(attachment: Attachment, percent: int) -> tuple[str, str]:
    match attachment.state:
        case State.UPLOADING:
            return "queued", _("アップロードの途中 %(percent)d%%") % {"percent": percent}
        case State.CHECKING:
            return "queued", _("確認中")
        case State.READY:
            return "done", _("添付できます")
    return "error", _("添付できません")
