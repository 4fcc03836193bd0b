"""Approve: one person asks, another looks at the same thing and lets it go, or sends it back.

A message is closed while somebody decides about it: what is approved is what was asked for.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from otayori.accounts.access import Access
from otayori.core import audit, clock
from otayori.messaging import confirm, gate, schedule, send, targets, tell_staff
from otayori.messaging.compose import Missing, audience_of
from otayori.messaging.confirm import Changed
from otayori.messaging.models import ApprovalStep, Message, StaffNotice
from otayori.messaging.rules import goes_out_at

Did = ApprovalStep.Did
About = StaffNotice.About
MOST_COMMENT = 400  # characters


class NoComment(Exception):
    """What is sent back says why."""


class NotWaiting(Exception):
    """It does not wait for an approval any more: somebody decided, or it was withdrawn."""


def may_approve(access: Access, message: Message) -> bool:
    """Tell whether this person is the second one: who decides for the school, and did not ask."""
    return access.manages(message.school_id) and message.asked_by_id != access.user.id


def may_withdraw(access: Access, message: Message) -> bool:
    """Tell whether this person may take the request back: who asked, or wrote it, and still works there."""
    is_theirs = access.user.id in (message.asked_by_id, message.author_id)
    return is_theirs and access.works_for(message.school_id)


@transaction.atomic
def ask(access: Access, message_id: UUID, seen: str, note: str = "") -> Message:
    """Ask for approval of what was `seen` on the confirm page. A second click changes nothing.

    Raises `Changed`, `send.NotReady`, `targets.NotYours`, or `gate.Barred` where files stand in the way: what
    the guard found is for who decides.
    """
    message = _locked(message_id)
    if message.state != Message.State.DRAFT:
        return message
    confirmed = confirm.look(message)
    if confirmed.fingerprint != seen:
        raise Changed
    targets.check(access, message.school, audience_of(message))
    if confirmed.lacks:
        raise send.NotReady(confirmed.lacks)
    gate.check(access, message, asks=True)
    message.state, message.fingerprint = Message.State.APPROVAL, confirm.digest(message)
    message.asked_by, message.asked_at = access.user, clock.now()
    message.approved_by, message.returned = None, ""
    message.save(update_fields=["state", "fingerprint", "asked_by", "asked_at", "approved_by", "returned"])
    _step(access, message, Did.ASKED, note.strip()[:MOST_COMMENT])
    tell_staff.tell(tell_staff.deciders(message, but=access.user), message, About.APPROVAL_ASKED)
    return message


@transaction.atomic
def approve(access: Access, message_id: UUID, seen: str) -> Message:
    """Let it go, at once, after the undo time or at its time. Who comes second finds it done.

    Raises `NotWaiting` (sent back or withdrawn), `targets.NotYours`, `Changed`, `send.NotReady` (its time has
    passed meanwhile: it waits on), or `gate.Barred`.
    """
    message = _locked(message_id)
    if not may_approve(access, message):
        raise targets.NotYours
    if message.state in (Message.State.SCHEDULED, Message.State.RELEASED):
        return message
    if message.state != Message.State.APPROVAL:
        raise NotWaiting
    confirmed = confirm.look(message)
    if message.fingerprint != confirm.digest(message) or confirmed.fingerprint != seen:
        raise Changed
    gate.check(access, message)
    if confirmed.lacks:
        raise send.NotReady(confirmed.lacks)
    message.approved_by = access.user
    message.save(update_fields=["approved_by"])
    _step(access, message, Did.APPROVED)
    tell_staff.tell([person for person in [message.asked_by] if person], message, About.APPROVED)
    return _let_go(access, message, confirmed.lacks, goes_out_at(message, clock.now()))


@transaction.atomic
def send_back(access: Access, message_id: UUID, comment: str) -> Message:
    """Make it a draft again, and say why. Raises `NoComment`, `NotWaiting` or `targets.NotYours`."""
    message = _locked(message_id)
    if not may_approve(access, message):
        raise targets.NotYours
    if message.state != Message.State.APPROVAL:
        raise NotWaiting
    if not comment.strip():
        raise NoComment
    _step(access, message, Did.SENT_BACK, comment.strip()[:MOST_COMMENT])
    people = {person for person in (message.asked_by, message.author) if person and person != access.user}
    tell_staff.tell(people, message, About.SENT_BACK)
    return _make_draft(message)


@transaction.atomic
def withdraw(access: Access, message_id: UUID) -> Message:
    """Take the request back: by who asked, or wrote it. Raises `NotWaiting` or `targets.NotYours`."""
    message = _locked(message_id)
    if not may_withdraw(access, message):
        raise targets.NotYours
    if message.state != Message.State.APPROVAL:
        raise NotWaiting
    _step(access, message, Did.WITHDRAWN)
    return _make_draft(message)


def sent_back(message: Message) -> ApprovalStep | None:
    """Return the step by which a draft came back, as long as nothing was asked anew."""
    if message.state != Message.State.DRAFT:
        return None
    last = message.approval_steps.select_related("by").last()
    return last if last and last.did == Did.SENT_BACK else None


def _let_go(access: Access, message: Message, lacks: list[Missing], due_at: datetime | None) -> Message:
    if due_at is None:
        return send.release(access, message.id)
    return schedule.put_by(access, message, lacks, due_at)


def _locked(message_id: UUID) -> Message:
    locked = Message.objects.select_for_update(of=["self"])
    return locked.select_related("school", "author", "asked_by").get(id=message_id)


def _make_draft(message: Message) -> Message:
    message.state, message.fingerprint = Message.State.DRAFT, ""
    message.save(update_fields=["state", "fingerprint"])
    return message


def _step(access: Access, message: Message, did: Did, comment: str = "") -> None:
    """Write the step down, for the message's page and for the log: the comment stays with the message."""
    ApprovalStep.objects.create(
        message=message, did=did, by=access.user, comment=comment, fingerprint=confirm.digest(message)
    )
    audit.record(
        f"approval {did.value}",
        actor_id=access.user.id,
        school_id=message.school_id,
        object_id=message.id,
    )
