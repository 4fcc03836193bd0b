"""Take files in: begin, receive piece by piece, go on after a break, finish; and take them out again.

Whatever is repeated does no harm: the browser may lose the network, or the page, at any moment.
"""

from django.db import transaction
from django.db.models import Max, Q

from otayori.accounts.access import Access
from otayori.core import audit, crypto
from otayori.messaging.attachments import content, file_name, limits
from otayori.messaging.attachments.clean_up import erase_unnamed
from otayori.messaging.attachments.kinds import refused_by_name
from otayori.messaging.attachments.refusals import Refusal, Refused
from otayori.messaging.compose import NoDraft
from otayori.messaging.models import Attachment, Message

State = Attachment.State


class WrongOffset(Exception):
    """The piece does not follow what has arrived; `received` is where to go on."""

    def __init__(self, received: int) -> None:
        super().__init__(received)
        self.received = received


@transaction.atomic
def start(access: Access, message: Message, *, name: str, size: int, modified: str = "") -> Attachment:
    """Return the row of a file that is about to arrive: a new one, or one whose upload was broken off.

    It is the same file if this person began it, and its name, its size and `modified`, when the browser says
    it was last changed, are the same. Raises `Refused` or `NoDraft`.
    """
    name = file_name.clean(name)
    _refuse_at_once(name, size)
    _lock_draft(message)
    mark = crypto.lookup_key("upload", f"{access.user.id}\0{name}\0{size}\0{modified}").hex()
    rows = Attachment.objects.filter(message=message)
    begun = rows.filter(state=State.UPLOADING, added_by=access.user, size=size, digest=mark).first()
    if begun is not None:
        begun.message = message
        return begun
    if rows.exclude(state=State.REFUSED).count() >= limits.MOST_FILES or rows.count() >= limits.MOST_ROWS:
        raise Refused(Refusal.TOO_MANY)
    last = rows.aggregate(last=Max("position"))["last"]
    return Attachment.objects.create(
        message=message,
        position=0 if last is None else last + 1,
        name=name,
        size=size,
        digest=mark,  # until it is whole: by what a broken upload is known again
        added_by=access.user,
    )


@transaction.atomic
def append(attachment: Attachment, offset: int, data: bytes) -> int:
    """Keep a piece that begins at `offset`; return how many bytes have arrived.

    What has arrived before is passed over. Raises `WrongOffset`, `Refused` (too much) or `NoDraft`.
    """
    # The lock is on this file's row alone; two pieces of one file wait for each other
    held = _lock(attachment)
    if held.state != State.UPLOADING:
        return held.received
    if offset > held.received or offset < 0:
        raise WrongOffset(held.received)
    if offset + len(data) > held.size:
        raise Refused(Refusal.LOST)
    fresh = data[held.received - offset :]
    if fresh:
        content.keep_part(held, held.received, fresh)
        held.received += len(fresh)
        held.save(update_fields=["received"])
    return held.received


@transaction.atomic
def finish(attachment: Attachment) -> Attachment:
    """Hand the file over to be checked. A second time is harmless. Raises `WrongOffset` if bytes lack."""
    held = _lock(attachment)
    if held.state == State.UPLOADING:
        if held.received != held.size:
            raise WrongOffset(held.received)
        held.state, held.digest = State.CHECKING, ""
        held.save(update_fields=["state", "digest"])
    return held


@transaction.atomic
def remove(access: Access, attachment: Attachment) -> bool:
    """Take a file out of a draft, whatever has become of it. Raises `NoDraft`."""
    _lock_draft(attachment.message)
    deleted, _rows = Attachment.objects.filter(id=attachment.id).delete()
    if deleted:
        erase_unnamed([attachment.stored])
        audit.record(
            "attachment removed",
            actor_id=access.user.id,
            school_id=attachment.message.school_id,
            object_id=attachment.message_id,
            attachment=str(attachment.id),
        )
    return bool(deleted)


def _refuse_at_once(name: str, size: int) -> None:
    if size == 0:
        raise Refused(Refusal.EMPTY)
    if size > limits.MOST_BYTES or size < 0:
        raise Refused(Refusal.TOO_BIG)
    if word := refused_by_name(name):
        raise Refused(Refusal(word))


def _lock_draft(message: Message) -> None:
    """Make others who add, remove or release wait; ten files are ten, however many windows are open."""
    drafts = Message.objects.select_for_update(no_key=True).filter(id=message.id, state=Message.State.DRAFT)
    if drafts.values_list("id").first() is None:
        raise NoDraft


def _lock(attachment: Attachment) -> Attachment:
    of_a_draft = Q(message__state=Message.State.DRAFT)
    rows = Attachment.objects.select_related("message").defer("text").filter(of_a_draft, id=attachment.id)
    held = rows.select_for_update(of=("self",)).first()
    if held is None:  # removed, or sent, in another window
        raise NoDraft
    return held


def take_whole(access: Access, message: Message, *, name: str, data: bytes) -> Attachment:
    """Take a file that came in one piece (a form without script). Raises `Refused` or `NoDraft`."""
    attachment = start(access, message, name=name, size=len(data))
    append(attachment, 0, data)
    return finish(attachment)
