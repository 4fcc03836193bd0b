"""Copy a message as a new draft: its words and its files, but neither whom it was for nor when.

The audience starts empty on purpose: at 川西市 (2020) a private reminder went to 228 families because a
target stood there already. Whom the new message is for has to be said anew. Nor is it copied who opened
the files: at 柏市 (2025) last year's list of children went out since nobody looked into it again, so whoever
sends the copy has to open each of its files.
"""

from dataclasses import dataclass

from django.db import transaction

from otayori.accounts.access import Access
from otayori.core import audit
from otayori.core.files import FileMissing
from otayori.core.ids import new_id
from otayori.delivery.parcel import Urgency
from otayori.messaging import compose
from otayori.messaging.attachments import content
from otayori.messaging.models import Attachment, Category, Message
from otayori.messaging.senders import open_sender, sender_key
from otayori.schools.models import School


@dataclass(frozen=True)
class Copied:
    """The new draft, how many files came with it, and how many could not."""

    message: Message
    files: int
    left_out: int


def sender_for(access: Access, message: Message) -> School | None:
    """Return in whose name this person's copy is: the same where they belong to it, else their own.

    An auditor has no name to write in: 404.
    """
    own = {m.school_id for m in access.memberships}
    wanted = message.school if message.school_id in own else access.school
    return open_sender(access, sender_key(wanted))


def copy_as_new(access: Access, message: Message, sender: School | None) -> Copied:
    """Write a new draft of this person's with the words and the checked files of the message."""
    words = compose.Words(
        title=message.title,
        text=message.text,
        urgency=Urgency(message.urgency),
        category=Category(message.category),
    )
    with transaction.atomic():
        # who throws the original away waits for the copy, and then leaves it the bytes they share (clean_up)
        old = list(message.attachments.select_for_update(no_key=True))
        for one in old:
            one.message = message  # it names the key; loaded anew for each file otherwise
        draft = compose.start_draft(access, sender, words)
        made = [new for one in old if (new := _copied(one, draft, access)) is not None]
        Attachment.objects.bulk_create(made)
        audit.record(
            "message copied",
            actor_id=access.user.id,
            school_id=draft.school_id,
            object_id=draft.id,
            source=str(message.id),
            files=len(made),
        )
    return Copied(draft, len(made), len(old) - len(made))


def _copied(old: Attachment, draft: Message, access: Access) -> Attachment | None:
    """Return the file for the draft; None for one that is not whole and checked, or is gone."""
    if old.state != Attachment.State.READY:
        return None
    kept = ("position", "name", "size", "received", "kind", "media_type", "digest", "text", "is_readable")
    new = Attachment(message=draft, state=old.state, added_by=access.user, pages=old.pages)
    for name in (*kept, "stored", "checked_at"):
        setattr(new, name, getattr(old, name))
    if old.keyset() == new.keyset():
        return new
    new.stored = new_id()  # another school's key: what lies in the store opens with its own alone
    try:
        content.keep_body(new, content.body(old))
        for page in range(1, old.pages + 1):
            content.keep_page(new, page, content.page(old, page))
    except FileMissing:
        return None
    return new
