"""What a compose page is about: a draft that is gone on with, or a new message; and keeping what it posts."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from otayori.accounts.access import Access
from otayori.console.forms_compose import ComposeForm
from otayori.core.ids import new_id
from otayori.messaging import compose as drafts
from otayori.messaging import targets
from otayori.messaging.access import open_draft
from otayori.messaging.models import Message
from otayori.messaging.senders import open_sender
from otayori.schools.models import School


@dataclass(frozen=True)
class Writing:
    """In whose name (None: the board), the draft (None: a new message), and the id it has or will have."""

    sender: School | None
    message: Message | None
    draft_id: UUID
    choices: targets.Choices


def going_on(access: Access, message: Message) -> Writing:
    """Go on with a draft, which its door has let through."""
    return Writing(message.school, message, message.id, targets.choices(access, message.school))


def beginning(access: Access, sender: School | None, draft_id: UUID | None = None) -> Writing:
    """Begin a message in the name of a sender, which its door has let through."""
    return Writing(sender, None, draft_id or new_id(), targets.choices(access, sender))


def posted(access: Access, form: Mapping[str, str]) -> Writing:
    """Return what the posted page is about: its hidden fields `draft` and `sender`.

    The id of a new message comes from its page. It was kept under it already when an answer got lost or a
    button was pressed twice. A draft of somebody else is 404.
    """
    draft_id = draft_id_in(form)
    if draft_id and Message.objects.filter(id=draft_id).exists():
        return going_on(access, open_draft(access, draft_id))
    return beginning(access, open_sender(access, form.get("sender", "")), draft_id)


def keep(access: Access, writing: Writing, form: ComposeForm, *, revision: int | None) -> Message:
    """Start or save the draft. Raises what `compose.start_draft` and `compose.save_draft` raise."""
    if writing.message is None:
        return drafts.start_draft(access, writing.sender, form.words(), draft_id=writing.draft_id)
    return drafts.save_draft(access, writing.message, form.words(writing.message), revision=revision)


def revision_in(form: Mapping[str, str], name: str = "revision") -> int | None:
    """Return the revision the page began with; None where it names none."""
    value = form.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def draft_id_in(form: Mapping[str, str]) -> UUID | None:
    """Return the id that the page gave its message beforehand."""
    try:
        return UUID(form.get("draft", ""))
    except ValueError:
        return None
