"""Who opened an attachment, and when first: before it is sent the senders, afterwards the guardians."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from otayori.accounts.models import User
from otayori.messaging.access import inbox_of
from otayori.messaging.models import Attachment, AttachmentOpening, Message
from otayori.roster.models import Guardian


def note(attachment: Attachment, user: User, way: AttachmentOpening.Way) -> None:
    """Write down that `user` opened it. The first time of each way stands."""
    AttachmentOpening.objects.bulk_create(
        [AttachmentOpening(attachment=attachment, user=user, way=way)], ignore_conflicts=True
    )


def note_told(guardian: Guardian, attachment_id: UUID) -> None:
    """Write down that the guardian opened what the device had kept of the file, as it tells later.

    Of a recalled message that is an opening of what was taken back: it stands at the recall at the latest, as
    that of the text does (reading.mark_read). A file that was not sent to the guardian is passed over.
    """
    received = inbox_of(guardian).order_by().values("message_id")
    ready = Attachment.objects.filter(state=Attachment.State.READY, message__in=received)
    file = ready.filter(id=attachment_id).select_related("message").defer("text").first()
    if file is None:
        return
    note(file, guardian.user, AttachmentOpening.Way.VIEWED)
    if (at := file.message.recalled_at) is not None:
        AttachmentOpening.objects.filter(attachment=file, user=guardian.user, at__gt=at).update(at=at)


def with_guardians(message: Message) -> QuerySet[Attachment]:
    """The files of a message that went out, each with `guardians`: how many of its recipients opened it."""
    recipients = Guardian.objects.filter(received__message=message).values("user")
    opened = Count("openings__user", distinct=True, filter=Q(openings__user__in=recipients))
    ready = message.attachments.filter(state=Attachment.State.READY)
    return ready.annotate(guardians=opened)
