"""The gate: what keeps a message from going out by this person's word. Asked by the verbs, under their lock.

Every file is checked and was opened by the person who sends or approves it (柏市 2025: a manager approved
a list of children without opening it); what the guard found is overridden by who decides for the school.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from uuid import UUID

from django.db.models import Exists, OuterRef

from otayori.accounts.access import Access
from otayori.accounts.members import people_of
from otayori.accounts.models import Membership
from otayori.messaging.guard.check import Findings, findings_of
from otayori.messaging.models import Attachment, AttachmentOpening, Message, Override
from otayori.messaging.resolve import Reach


@dataclass(frozen=True)
class Barriers:
    """What stands in the way; false when nothing does."""

    files: tuple[Attachment, ...]
    opened: frozenset[UUID]  # of the files, by this person
    findings: Findings
    override: Override | None  # of exactly these findings

    @cached_property
    def unready(self) -> list[Attachment]:
        """Files that are still arriving or being checked."""
        waiting = (Attachment.State.UPLOADING, Attachment.State.CHECKING)
        return [one for one in self.files if one.state in waiting]

    @cached_property
    def refused(self) -> list[Attachment]:
        """Files that can't be sent, and have to be taken out."""
        return [one for one in self.files if one.state == Attachment.State.REFUSED]

    @cached_property
    def unopened(self) -> list[Attachment]:
        """Files that this person has not looked at."""
        return [o for o in self.files if o.state == Attachment.State.READY and o.id not in self.opened]

    @property
    def of_files(self) -> bool:
        return bool(self.unready or self.refused or self.unopened)

    @property
    def of_findings(self) -> bool:
        return bool(self.findings) and self.override is None

    def __bool__(self) -> bool:
        return self.of_files or self.of_findings


class Barred(Exception):
    """It does not go out as it is; `barriers` says why."""

    def __init__(self, barriers: Barriers) -> None:
        super().__init__("barred")
        self.barriers = barriers


def files_of(access: Access, message: Message) -> list[Attachment]:
    """Return the files of a message, each with `is_opened`: whether this person has looked at it."""
    opened = AttachmentOpening.objects.filter(attachment=OuterRef("pk"), user=access.user)
    return list(message.attachments.order_by("position", "id").annotate(is_opened=Exists(opened)))


def people_for(access: Access, message: Message) -> list[Membership]:
    """Return who works in the message's school and in the board: for the guard, and to name who decides."""
    return access.remember(("people", message.school_id), lambda: people_of(message.school))


def barriers(
    access: Access,
    message: Message,
    *,
    files: Sequence[Attachment] | None = None,
    reach: Reach | None = None,
) -> Barriers:
    """Return what keeps the message from going out by this person's word.

    `files` (of `files_of`) and `reach` are given where they are known already.
    """
    files = files_of(access, message) if files is None else files
    people = partial(people_for, access, message)
    findings = findings_of(message, files, reach=reach, people=people)
    override = None
    if findings and getattr(message, "has_overrides", True):  # told by its door; a verb asks under its lock
        overrides = Override.objects.filter(message=message, findings=findings.digest)
        override = overrides.select_related("by").first()
    opened = frozenset(one.id for one in files if one.is_opened)  # type: ignore[attr-defined]
    return Barriers(tuple(files), opened, findings, override)


def check(access: Access, message: Message, *, asks: bool = False) -> None:
    """Raise `Barred` if something does. Who `asks` for approval leaves the findings to who decides."""
    found = barriers(access, message)
    if found.of_files or (found and not asks):
        raise Barred(found)
