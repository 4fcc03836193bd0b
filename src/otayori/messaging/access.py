"""Doors of messaging: staff to the messages of their schools, a guardian to what was sent to them."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from otayori.accounts.access import Access
from otayori.messaging.models import Attachment, Message, Override, Recipient
from otayori.roster.models import Guardian
from otayori.schools.models import Ward


def messages_for(access: Access) -> QuerySet[Message]:
    """The messages this person sees.

    Managers see all of their school; teachers the released ones and their own drafts, but not what
    others wrote to single students; both what the board sent to families of their school; the board all
    released ones and its own drafts.
    Another person's draft is that person's (and the manager's) until it is released. The board may be asked
    to approve what a school's only manager wrote.
    """
    if access.is_ward_wide:
        seen = Q(state=Message.State.RELEASED) | Q(author=access.user)
        asked = Q(state=Message.State.APPROVAL) | Q(approved_by=access.user)
        return Message.objects.filter(seen | Q(school=None) | asked if access.is_board else seen)
    managed = [m.school_id for m in access.memberships if m.role == "manager" and m.school_id]
    mine = [school.id for school in access.schools]
    from_board = Message.reached.through.objects.filter(school__in=mine).values("message_id")
    return Message.objects.filter(
        Q(school__in=managed)
        | Q(school=None, state=Message.State.RELEASED, individual=False, id__in=from_board)
        | Q(school__in=mine, state=Message.State.RELEASED, individual=False)
        | Q(school__in=mine, author=access.user)
    )


# what its pages name and go by
_SHOWN = (
    "school__sending_rules", "batch",
    "author", "changed_by", "asked_by", "approved_by", "scheduled_by", "recalled_by",
)  # fmt: skip


def open_message(access: Access, message_id: UUID) -> Message:
    """Return a message this person has business with, else 404."""
    overrides = Override.objects.filter(message=OuterRef("pk"))
    found = (
        messages_for(access)
        .select_related(*_SHOWN)
        .annotate(
            has_overrides=Exists(overrides),
            board_name=Subquery(Ward.objects.values("board")[:1]),
            ward_name=Subquery(Ward.objects.values("name")[:1]),
        )
    )
    message = found.filter(id=message_id).first()
    if message is None:
        raise Http404
    return message


def readable_for(access: Access) -> QuerySet[Message]:
    """The messages whose words this person may search: may_read_words, as a query."""
    if access.is_ward_wide:
        return messages_for(access)
    managed = [m.school_id for m in access.memberships if m.role == "manager" and m.school_id]
    kept = Q(recalled_at=None) | Q(author=access.user) | Q(school__in=managed)
    return messages_for(access).filter(kept)


def may_read_words(access: Access, message: Message) -> bool:
    """Tell whether its words and files are this person's to read.

    Those of a recalled message are left to who wrote it, who decides there, and who has to look into it.
    """
    return message.recalled_at is None or access.is_ward_wide or may_change(access, message)


def open_draft(access: Access, message_id: UUID) -> Message:
    """Return an unreleased message that this person may change, else 404."""
    message = open_message(access, message_id)
    if message.state != Message.State.DRAFT or not may_change(access, message):
        raise Http404
    return message


def open_released(access: Access, message_id: UUID, *, own: bool = False) -> Message:
    """Return a message that was sent, else 404. `own`: one that this person may correct or recall."""
    message = open_message(access, message_id)
    if message.state != Message.State.RELEASED or (own and not may_change(access, message)):
        raise Http404
    return message


def may_change(access: Access, message: Message) -> bool:
    """Tell whether this person may change, release or stop the message: its author, or who decides there.

    An author who has gone to be an auditor still sees it, and changes nothing any more.
    """
    is_authors = message.author_id == access.user.id and access.works_for(message.school_id)
    return is_authors or access.manages(message.school_id)


_ready = Attachment.objects.filter(state=Attachment.State.READY)  # the others exist for nobody but the sender


def inbox_of(guardian: Guardian) -> QuerySet[Recipient]:
    """What was sent to a guardian about children they may still read about, newest first."""
    return (
        Recipient.objects.filter(guardian=guardian)
        .filter(students__guardianships__guardian=guardian, students__guardianships__blocked_at__isnull=True)
        .distinct()
        .order_by("-released_at", "-id")
    )


def open_received(guardian: Guardian, message_id: UUID) -> Recipient:
    """Return the guardian's copy of a message, else 404. `has_files`: whether there are files to list."""
    files = _ready.filter(message=OuterRef("message"))
    mine = inbox_of(guardian).select_related("message__school").annotate(has_files=Exists(files))
    found = mine.filter(message_id=message_id).first()
    if found is None:
        raise Http404
    return found


def open_file(guardian: Guardian, message_id: UUID, attachment_id: UUID) -> Attachment:
    """Return a file of a message that the guardian got and nobody has recalled, else 404."""
    received = inbox_of(guardian).order_by().filter(message_id=message_id, message__recalled_at=None)
    files = _ready.filter(message__in=received.values("message_id")).select_related("message")
    found = files.filter(id=attachment_id).first()
    if found is None:
        raise Http404
    return found
