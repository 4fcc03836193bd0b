"""What is not sent yet and needs somebody: approvals, what came back, what can be undone, drafts."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, Subquery

from otayori.accounts.access import Access
from otayori.messaging.access import may_change, messages_for
from otayori.messaging.models import ApprovalStep, Message, StaffNotice


@dataclass
class Needs:
    """Messages by what this person can do about them, the most urgent kind first; newest first in each."""

    approvals: list[Message] = field(default_factory=list)  # asked by somebody else, and this person decides
    sent_back: list[Message] = field(default_factory=list)  # own drafts that were not approved
    returned: list[Message] = field(default_factory=list)  # could not go out at their time
    undoable: list[Message] = field(default_factory=list)  # confirmed just now, within the undo time
    asked: list[Message] = field(default_factory=list)  # own, waiting for somebody's approval
    drafts: list[Message] = field(default_factory=list)  # own
    going_out: list[Message] = field(default_factory=list)  # all that goes out before `until`, soonest first


def needs(access: Access, until: datetime) -> Needs:
    """Sort what is not sent of all this person sees, whatever school the pages are about. One statement."""
    draft, approval, scheduled = (
        Q(state=state) for state in (Message.State.DRAFT, Message.State.APPROVAL, Message.State.SCHEDULED)
    )
    mine = Q(author=access.user)
    wanted = draft & (mine | ~Q(returned="")) | approval | scheduled & (Q(due_at__lt=until) | _undoable())
    steps = ApprovalStep.objects.filter(message=OuterRef("pk")).order_by("-at", "-id")
    rows = messages_for(access).filter(wanted).select_related("school", "asked_by")
    asked = StaffNotice.About.APPROVAL_ASKED
    told = StaffNotice.objects.filter(message=OuterRef("pk"), to=access.user, about=asked)
    rows = rows.defer("text", "recall_reason").annotate(
        last_step=Subquery(steps.values("did")[:1]), was_told=Exists(told)
    )
    found = Needs()
    for message in rows.order_by("-changed_at", "-id"):
        _sort(access, message, found)
    found.approvals.sort(
        key=lambda message: (message.urgency != "emergency", message.asked_at or message.changed_at)
    )
    found.going_out = [one for one in found.going_out if one.due_at is not None and one.due_at < until]
    found.going_out.sort(key=lambda message: (message.due_at, message.id))
    return found


def _undoable() -> Q:
    """Scheduled by the undo time alone: without a time of its own, or with one that was nearer."""
    return Q(release_at=None) | Q(due_at__gt=F("release_at"))


def _is_asked(access: Access, message: Message) -> bool:
    """Tell whether the approval waits for this person: a school's for the board, where nobody else can."""
    if message.asked_by_id == access.user.id or not access.manages(message.school_id):
        return False
    is_of_school = access.is_board and message.school_id is not None
    return not is_of_school or message.was_told  # type: ignore[attr-defined]


def _sort(access: Access, message: Message, found: Needs) -> None:
    own = message.author_id == access.user.id
    if message.state == Message.State.SCHEDULED:
        found.going_out.append(message)
        waits_for_undo = message.release_at is None or message.due_at != message.release_at
        if waits_for_undo and may_change(access, message):
            found.undoable.append(message)
    elif message.state == Message.State.APPROVAL:
        if _is_asked(access, message):
            found.approvals.append(message)
        elif access.user.id in (message.asked_by_id, message.author_id):
            found.asked.append(message)
    elif message.returned:
        if may_change(access, message):
            found.returned.append(message)
    elif own and message.last_step == ApprovalStep.Did.SENT_BACK:  # type: ignore[attr-defined]
        found.sent_back.append(message)
    elif own:
        found.drafts.append(message)
