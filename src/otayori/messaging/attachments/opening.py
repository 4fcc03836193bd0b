"""Who opened an attachment, and when first: before it is sent the senders, afterwards the guardians."""

from django.db.models import Count, Q, QuerySet

from otayori.accounts.models import User
from otayori.messaging.models import Attachment, AttachmentOpening, Message
from otayori.roster.models import Guardian


def note(attachment: Attachment, user: User, way: AttachmentOpening.Way) -> None:
    """Write down that `user` opened it. The first time of each way stands."""
    AttachmentOpening.objects.bulk_create(
        [AttachmentOpening(attachment=attachment, user=user, way=way)], ignore_conflicts=True
    )


def with_guardians(message: Message) -> QuerySet[Attachment]:
    """The files of a message that went out, each with `guardians`: how many of its recipients opened it."""
    recipients = Guardian.objects.filter(received__message=message).values("user")
    opened = Count("openings__user", distinct=True, filter=Q(openings__user__in=recipients))
    ready = message.attachments.filter(state=Attachment.State.READY)
    return ready.annotate(guardians=opened)
