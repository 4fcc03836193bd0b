"""Remind: tell a message again to those who have not read it, and to nobody else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from otayori.accounts.access import Access
from otayori.core import clock
from otayori.delivery.models import Batch, Endpoint, Slice
from otayori.delivery.preferences import is_held
from otayori.delivery.progress import held_guardians
from otayori.messaging import follow_up
from otayori.messaging.models import FollowUp, Message, Recipient
from otayori.messaging.reading import unread

LEAVE_ALONE = timedelta(minutes=10)  # after any telling: people open within minutes, or not for hours


class TooSoon(Exception):
    """It was told a moment ago, or is still being told; `until` says when a reminder makes sense.

    None: what is still being sent has no end in sight.
    """

    def __init__(self, until: datetime | None) -> None:
        super().__init__(str(until))
        self.until = until


class NobodyLeft(Exception):
    """Everybody whom a reminder could reach has read it."""


@dataclass(frozen=True)
class Unread:
    """Guardians who have not read what the message says now, each counted once."""

    reached: int  # whom a reminder goes to
    no_way: int  # no live address: it can't reach them
    withheld: int  # blocked since, or the account is closed
    held: int = 0  # hear of the message itself at the hour they have chosen: no reminder before that


@dataclass(frozen=True)
class Look:
    """What stands on the page before the click. `seen` comes back with it."""

    unread: Unread
    too_soon: TooSoon | None
    seen: str


def look(message: Message) -> Look:
    """Count whom a reminder would reach now, and say whether it is too early for one."""
    newest = follow_up.tellings(message)[0].batch
    return Look(_unread(message), _too_soon(message, newest, clock.now()), str(newest.id))


@transaction.atomic
def remind(access: Access, message_id: UUID, seen: str) -> FollowUp | None:
    """Tell the unread again, by the ways and in the order of the message's urgency.

    `seen` is the newest telling that the person saw: a second click, or a second person, finds a newer one
    and changes nothing; then None is returned.
    Raises `follow_up.Closed`, `TooSoon`, `NobodyLeft`, or `Message.DoesNotExist`.
    """
    message = follow_up.locked(message_id)
    follow_up.check_open(message)
    newest = follow_up.tellings(message)[0].batch
    if str(newest.id) != seen:
        return None
    if (too_soon := _too_soon(message, newest, clock.now())) is not None:
        raise too_soon
    people = follow_up.recipients_left(message).filter(unread(message))
    people = people.exclude(guardian__in=_held(message))
    if not follow_up.with_a_way(people).exists():
        raise NobodyLeft
    return follow_up.tell_again(access, message, kind=FollowUp.Kind.REMIND, to=people)


def ready_at(released_at: datetime, mails_until: datetime | None) -> datetime:
    """Return when a message that was told may be told again: some minutes later, its mails having gone.

    `mails_until`: when the last mail goes to those who do not read the push. A reminder before it would
    bring them two.
    """
    soonest = released_at + LEAVE_ALONE
    return soonest if mails_until is None else max(soonest, mails_until)


def _too_soon(message: Message, newest: Batch, now: datetime) -> TooSoon | None:
    # what guardians have chosen to hear of later keeps nobody from reminding the others
    open_slices = Slice.objects.filter(done_at=None, batch__in=_unstopped(message)).exclude(is_held(now))
    at = ready_at(newest.released_at, open_slices.aggregate(at=Max("due_at"))["at"])
    if at > now:
        return TooSoon(at)
    return TooSoon(None) if open_slices.exists() else None


def _unstopped(message: Message) -> "QuerySet[Batch]":
    return Batch.objects.filter(follow_up.told_by(message.id), stopped_at=None)


def _held(message: Message) -> set[UUID]:
    return held_guardians(*_unstopped(message).values_list("id", flat=True))


def _unread(message: Message) -> Unread:
    may_read = follow_up.recipients_left(message).filter(pk=OuterRef("pk"))
    live = Endpoint.objects.filter(guardian=OuterRef("guardian"), state=Endpoint.State.ACTIVE)
    left = Recipient.objects.filter(unread(message), message=message).annotate(
        may_read=Exists(may_read), live=Exists(live)
    )
    counts = left.aggregate(
        reached=Count("pk", filter=Q(may_read=True, live=True)),
        no_way=Count("pk", filter=Q(may_read=True, live=False)),
        withheld=Count("pk", filter=Q(may_read=False)),
    )
    later = _held(message)
    held = left.filter(may_read=True, live=True, guardian__in=later).count() if later else 0
    return Unread(**counts | {"reached": counts["reached"] - held}, held=held)
