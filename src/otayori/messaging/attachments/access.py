"""Doors to the files of a message: who may open the message may open them; who may change it, change them."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from otayori.accounts.access import Access
from otayori.messaging.access import may_read_words, open_draft, open_message
from otayori.messaging.models import Attachment, Message


def files_of(message: Message) -> QuerySet[Attachment]:
    """The files of a message in their order, without their texts. Their message is this one: no statement."""
    return _of(message).select_related("message").defer("text")


def open_attachment(access: Access, message_id: UUID, attachment_id: UUID) -> Attachment:
    """Return a file of a message whose words are this person's to read, else 404."""
    message = open_message(access, message_id)
    if not may_read_words(access, message):
        raise Http404
    return _one(message, attachment_id)


def open_own_attachment(access: Access, message_id: UUID, attachment_id: UUID) -> Attachment:
    """Return a file of a draft that this person may change, else 404."""
    return _one(open_draft(access, message_id), attachment_id)


def _one(message: Message, attachment_id: UUID) -> Attachment:
    attachment = _of(message).defer("text").filter(id=attachment_id).first()
    if attachment is None:
        raise Http404
    attachment.message = message  # loaded already, and its school's keys open the name
    return attachment


def _of(message: Message) -> QuerySet[Attachment]:
    return Attachment.objects.filter(message=message).order_by("position", "id")
