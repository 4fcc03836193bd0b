"""How a message stands, in one word. A list tells it for all its rows within its own statement."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from otayori.delivery.models import Batch
from otayori.delivery.status import OPEN
from otayori.messaging.models import Message

STATES = ("draft", "approval", "scheduled", "sending", "sent", "stopped", "recalled")


def is_open() -> Any:
    """Tell, as an expression over messages, whether something of the message is still to be sent now."""
    # the sweep closes a batch that has no open row: those, nearly all, need no look at their rows
    unclosed = Batch.objects.filter(id=OuterRef("batch"), closed_at__isnull=True)
    cut = unclosed.filter(slices__done_at__isnull=True, slices__due_at__lte=Now())
    return Exists(cut) | Exists(unclosed.filter(deliveries__status__in=OPEN))


def state_of(message: Message) -> str:
    """Return one of `STATES`, of a message with `batch` loaded and annotated with `is_open`."""
    if message.state != Message.State.RELEASED:
        return message.state
    if message.recalled_at is not None:
        return "recalled"
    if message.is_open:  # type: ignore[attr-defined]
        return "sending"
    return "stopped" if message.batch and message.batch.stopped_at else "sent"


def in_state(found: QuerySet[Message], state: str) -> QuerySet[Message]:
    """Narrow to those that stand so: what `state_of` says, as a condition."""
    if state in Message.State.values:
        return found.filter(state=state)
    if state == "recalled":
        return found.filter(recalled_at__isnull=False)
    out = found.filter(state=Message.State.RELEASED, recalled_at__isnull=True)
    if state == "sending":
        return out.filter(is_open())
    return out.filter(Q(batch__stopped_at__isnull=state == "sent"), ~is_open())
