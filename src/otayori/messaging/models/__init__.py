"""The tables of messaging, one file a subject."""

from otayori.messaging.models.after import FollowUp, MessageVersion, ToldOtherwise
from otayori.messaging.models.approval import ApprovalStep, Override, SendingRules, StaffNotice
from otayori.messaging.models.attachment import Attachment, AttachmentOpening
from otayori.messaging.models.dates import CalendarFeed, MessageDate
from otayori.messaging.models.message import (
    MOST_TEXT,
    MOST_TITLE,
    URGENCY_CHOICES,
    URGENCY_LABELS,
    Category,
    Message,
    Recipient,
    RecipientStudent,
)
from otayori.messaging.models.template import MessageTemplate, SavedAudience

__all__ = [
    "MOST_TEXT",
    "MOST_TITLE",
    "URGENCY_CHOICES",
    "URGENCY_LABELS",
    "ApprovalStep",
    "Attachment",
    "AttachmentOpening",
    "CalendarFeed",
    "Category",
    "FollowUp",
    "Message",
    "MessageDate",
    "MessageTemplate",
    "MessageVersion",
    "Override",
    "Recipient",
    "RecipientStudent",
    "SavedAudience",
    "SendingRules",
    "StaffNotice",
    "ToldOtherwise",
]
