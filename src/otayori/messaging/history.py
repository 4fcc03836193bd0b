"""The history of a message: what was done with it, when and by whom. What the school can prove."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import CharField, Value

from otayori.accounts.models import User
from otayori.messaging.follow_up import Telling
from otayori.messaging.models import ApprovalStep, FollowUp, Message, Override


class Deed(StrEnum):
    """What was done; approval steps and follow-ups under their own names."""

    SENT = "sent"
    STOPPED = "stopped"
    OVERRIDDEN = "overridden"
    REMIND = FollowUp.Kind.REMIND.value
    CORRECT = FollowUp.Kind.CORRECT.value
    RECALL = FollowUp.Kind.RECALL.value
    LATE = FollowUp.Kind.LATE.value
    ASKED = ApprovalStep.Did.ASKED.value
    APPROVED = ApprovalStep.Did.APPROVED.value
    SENT_BACK = ApprovalStep.Did.SENT_BACK.value
    WITHDRAWN = ApprovalStep.Did.WITHDRAWN.value


@dataclass(frozen=True)
class Step:
    """One deed. `by` is None where the system did it, or where it is not kept."""

    at: datetime
    deed: Deed
    by: User | None
    guardians: int = 0  # to whom a follow-up went
    version: int = 0  # that a correction made


def history(message: Message, tellings: list[Telling]) -> list[Step]:
    """Return what was done with a released message, oldest first. At most two statements."""
    steps = [*_before(message), *_tellings(message, tellings), *_stops(tellings)]
    return sorted(steps, key=lambda step: step.at)


def _before(message: Message) -> list[Step]:
    """Approvals and overrides, in one statement; most messages have none, as their door has told."""
    if message.asked_by_id is None and not getattr(message, "has_overrides", True):
        return []
    asked = ApprovalStep.objects.filter(message=message).order_by().values_list("did", "by", "at")
    deed = Value(Deed.OVERRIDDEN.value, output_field=CharField())
    overridden = Override.objects.filter(message=message).annotate(did=deed).values_list("did", "by", "at")
    rows: list[tuple[str, UUID, datetime]] = list(asked.union(overridden, all=True))
    known = {one.id: one for one in (message.author, message.asked_by, message.approved_by) if one}
    others = {by for _did, by, _at in rows} - set(known)
    people = known | (User.objects.in_bulk(others) if others else {})
    return [Step(at, Deed(did), people.get(by)) for did, by, at in rows]


def _tellings(message: Message, tellings: list[Telling]) -> list[Step]:
    steps, version = [], 1
    for telling in reversed(tellings):
        again, at = telling.follow_up, telling.batch.released_at
        if again is None:
            steps.append(Step(message.released_at or at, Deed.SENT, message.scheduled_by))
            continue
        version += again.kind == FollowUp.Kind.CORRECT
        steps.append(Step(at, Deed(again.kind), again.by, guardians=again.guardians, version=version))
    return steps


def _stops(tellings: list[Telling]) -> list[Step]:
    """The stop button; what a correction or a recall stopped goes without saying."""
    replacing = (FollowUp.Kind.CORRECT, FollowUp.Kind.RECALL)
    begun = [one.batch.released_at for one in tellings if one.follow_up and one.follow_up.kind in replacing]
    stopped = {one.batch.stopped_at for one in tellings if one.batch.stopped_at}
    return [
        Step(at, Deed.STOPPED, None)
        for at in stopped
        if not any(0 <= (told - at).total_seconds() < 10 for told in begun)
    ]
