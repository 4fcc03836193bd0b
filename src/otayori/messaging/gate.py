"""The gate: what keeps a message from going out by this person's word. Asked by the verbs, under their lock.

Every file is checked and was opened by the person who sends or approves it (柏市 2025: a manager approved
a list of children without opening it); what the guard found is overridden by who decides for the school.
"""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from otayori.accounts.access import Access
from otayori.messaging.attachments.opening import opened_by
from otayori.messaging.guard.check import Findings, findings_of
from otayori.messaging.models import Attachment, Message, Override


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


def barriers(access: Access, message: Message) -> Barriers:
    """Return what keeps the message from going out by this person's word."""
    files = tuple(message.attachments.order_by("position", "id"))
    findings = findings_of(message, files)
    override = None
    if findings:
        overrides = Override.objects.filter(message=message, findings=findings.digest)
        override = overrides.select_related("by").first()
    return Barriers(files, frozenset(opened_by(access.user, files)), findings, override)


def check(access: Access, message: Message, *, asks: bool = False) -> None:
    """Raise `Barred` if something does. Who `asks` for approval leaves the findings to who decides."""
    found = barriers(access, message)
    if found.of_files or (found and not asks):
        raise Barred(found)
