"""Exposure: who has seen what of a message, for the school that has to tell the families concerned.

Of a recalled message: until the recall. What a mail carried can't be taken back, opened or not.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from otayori.delivery.models import Batch, ChannelName, Delivery
from otayori.delivery.status import Status
from otayori.messaging import follow_up
from otayori.messaging.compose import audience_of
from otayori.messaging.models import AttachmentOpening, Message, Recipient


@dataclass(frozen=True)
class FileOpened:
    """A file that a guardian opened, the first time in each way; None: not in this way."""

    name: str
    viewed_at: datetime | None
    downloaded_at: datetime | None


@dataclass
class Exposure:
    """What reached one guardian. Times are None where it did not."""

    guardian_id: UUID
    read_at: datetime | None  # the text, in the app
    saw_recall: bool
    files: list[FileOpened] = field(default_factory=list)
    mailed_at: datetime | None = None  # with the whole text
    pushed_at: datetime | None = None  # a notification with the title; the text on the device, unopened

    @property
    def has_seen(self) -> bool:
        """Whether the text or a file was certainly opened."""
        return self.read_at is not None or bool(self.files)

    @property
    def is_untouched(self) -> bool:
        """Whether nothing of it came to this guardian."""
        return not (self.has_seen or self.mailed_at or self.pushed_at)


@dataclass(frozen=True)
class Totals:
    """Guardians; who opened the text and a file counts in both."""

    people: int
    read: int
    opened_file: int
    mailed: int
    pushed_only: int  # a notification came, nothing was opened, and no mail was sent
    untouched: int
    saw_recall: int


def exposures(message: Message, *, with_files: bool = True) -> dict[UUID, Exposure]:
    """Return what reached each recipient, by guardian id. Three statements.

    `with_files`: False where it is known that no recipient has opened one.
    """
    rows = Recipient.objects.filter(message=message)
    users: dict[UUID, UUID] = {}
    found: dict[UUID, Exposure] = {}
    for guardian_id, user_id, read_at, version in rows.values_list(
        "guardian_id", "guardian__user_id", "read_at", "read_version"
    ):
        users[user_id] = guardian_id
        found[guardian_id] = Exposure(
            guardian_id=guardian_id,
            read_at=read_at if _is_before_recall(message, read_at) else None,
            saw_recall=message.recalled_at is not None and version >= message.version,
        )
    if with_files:
        _add_files(message, users, found)
    _add_ways(message, found)
    return found


def total(exposures: Iterable[Exposure]) -> Totals:
    """Count them up."""
    all_ = list(exposures)
    return Totals(
        people=len(all_),
        read=sum(one.read_at is not None for one in all_),
        opened_file=sum(bool(one.files) for one in all_),
        mailed=sum(one.mailed_at is not None for one in all_),
        pushed_only=sum(bool(one.pushed_at and not one.mailed_at and not one.has_seen) for one in all_),
        untouched=sum(one.is_untouched for one in all_),
        saw_recall=sum(one.saw_recall for one in all_),
    )


def _is_before_recall(message: Message, at: datetime | None) -> bool:
    """A stored page opened without a network counts as opened at the recall: reading.mark_read."""
    return at is not None and (message.recalled_at is None or at <= message.recalled_at)


def _add_files(message: Message, users: dict[UUID, UUID], found: dict[UUID, Exposure]) -> None:
    """Openings of recipients; the senders, who had to open each file, are none, or are parents too."""
    opened: dict[tuple[UUID, UUID], dict[str, datetime]] = defaultdict(dict)
    names: dict[UUID, str] = {}
    openings = AttachmentOpening.objects.filter(attachment__message=message)
    for row in openings.select_related("attachment").defer("attachment__text"):
        if row.user_id in users and _is_before_recall(message, row.at):
            opened[users[row.user_id], row.attachment_id][row.way] = row.at
            row.attachment.message = message  # by whose key the name is read
            names.setdefault(row.attachment_id, row.attachment.name)
    for (guardian_id, attachment_id), ways in opened.items():
        found[guardian_id].files.append(
            FileOpened(
                name=names[attachment_id],
                viewed_at=ways.get(AttachmentOpening.Way.VIEWED),
                downloaded_at=ways.get(AttachmentOpening.Way.DOWNLOADED),
            )
        )


def _add_ways(message: Message, found: dict[UUID, Exposure]) -> None:
    """What was handed over; what a worker held when the message was recalled counts, for it went."""
    told = Batch.objects.filter(follow_up.told_by(message.id))
    taken = Delivery.objects.filter(batch__in=told, status__in=[Status.SENT, Status.DELIVERED])
    mails_are_empty = audience_of(message).is_individual
    rows = taken.order_by("-sent_at").values_list("endpoint__guardian_id", "channel", "sent_at")
    for guardian_id, channel, at in rows:  # the earliest comes last and stands
        if guardian_id not in found or at is None:
            continue
        if channel == ChannelName.WEBPUSH:
            found[guardian_id].pushed_at = at
        elif not mails_are_empty:
            found[guardian_id].mailed_at = at
