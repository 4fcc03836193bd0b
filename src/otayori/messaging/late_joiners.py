"""Late joiners: who matches the audience now and was not told, and telling them, by choice alone.

Nobody who registers sees what was sent before, unless somebody at the school decides so. Who may not read
all names of the message's report (report_access) decides for the own classes and groups alone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from otayori.accounts.access import Access
from otayori.core import clock
from otayori.messaging import follow_up, recipients, targets
from otayori.messaging.compose import audience_of
from otayori.messaging.models import FollowUp, Message, Recipient
from otayori.messaging.reached import in_register_order
from otayori.messaging.report_access import sees_every_class
from otayori.messaging.resolve import guardianships
from otayori.messaging.search_students import places
from otayori.roster.models import Guardianship, Student


@dataclass(frozen=True)
class LateJoiner:
    """A guardian who was not told, and the children for whose sake they would be."""

    guardian_id: UUID
    name: str
    children: tuple[tuple[str, str], ...]  # place (3年1組 12番), name

    @property
    def place(self) -> str:
        return self.children[0][0]


def late_joiners(access: Access, message: Message) -> list[LateJoiner]:
    """Return who joined the audience after the release and may be named here, in the order of the register.

    Nobody where the message is closed, or of an earlier school year: its classes are others' by now.
    """
    if follow_up.why_closed(message, clock.now()) or not _is_of_this_year(message):
        return []
    links = list(_to_name(access, message).select_related("guardian__user", "student"))
    children: dict[UUID, list[tuple[str, str]]] = {}
    for link, place in zip(links, places([link.student for link in links]), strict=True):
        children.setdefault(link.guardian_id, []).append((place, link.student.name))
    names = {link.guardian_id: link.guardian.user.name for link in links}
    return in_register_order(
        LateJoiner(guardian_id, names[guardian_id], tuple(sorted(mine)))
        for guardian_id, mine in children.items()
    )


@transaction.atomic
def tell_late_joiners(access: Access, message_id: UUID, guardian_ids: Collection[UUID]) -> int:
    """Send the message to those of the guardians who were not told yet; returns how many they were.

    A second click finds nobody left and changes nothing. They find it in the inbox at the time they were
    told. Raises `follow_up.Closed` or `Message.DoesNotExist`.
    """
    message = follow_up.locked(message_id)
    follow_up.check_open(message)
    if not _is_of_this_year(message):
        return 0
    chosen = _to_name(access, message).filter(guardian__in=guardian_ids)
    new = set(chosen.values_list("guardian_id", flat=True))
    if not new:
        return 0
    recipients.insert(message, _untold(message).filter(guardian__in=new), clock.now())
    them = Recipient.objects.filter(message=message, guardian__in=new)
    follow_up.tell_again(access, message, kind=FollowUp.Kind.LATE, to=them)
    return len(new)


def _untold(message: Message) -> QuerySet[Guardianship]:
    told = Recipient.objects.filter(message=message, guardian=OuterRef("guardian"))
    return guardianships(audience_of(message)).exclude(Exists(told))


def _to_name(access: Access, message: Message) -> QuerySet[Guardianship]:
    links = _untold(message)
    if sees_every_class(access, message):
        return links
    own = Student.objects.filter(targets.own_students(targets.choices(access, message.school)))
    return links.filter(student__in=own.values("id"))


def _is_of_this_year(message: Message) -> bool:
    at = message.released_at
    return at is not None and clock.school_year(at.astimezone(clock.TOKYO).date()) == clock.school_year()
