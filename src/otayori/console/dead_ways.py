"""Ways that no longer reach a guardian, for the staff: which channel, why, since when; never the address."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from otayori.console.reasons import Lazy, Reason, reason_of
from otayori.delivery.endpoints import MOVED, REMOVED
from otayori.delivery.models import ChannelName, Endpoint
from otayori.roster.models import Guardianship


@dataclass(frozen=True, slots=True)
class DeadWay:
    """One address or device that was found dead."""

    channel: Lazy
    reason: Reason
    since: datetime | None


def by_guardian(guardian_ids: Collection[UUID]) -> dict[UUID, list[DeadWay]]:
    """Return the dead ways of these guardians, newest first. One statement."""
    rows = Endpoint.objects.filter(guardian_id__in=guardian_ids, state=Endpoint.State.DISABLED)
    found: dict[UUID, list[DeadWay]] = defaultdict(list)
    for endpoint in rows.exclude(code__in=[REMOVED, MOVED]).order_by("-disabled_at"):
        channel = ChannelName(endpoint.channel).label
        found[endpoint.guardian_id].append(
            DeadWay(channel, reason_of(endpoint.code), since=endpoint.disabled_at)
        )
    return found


def by_student(student_ids: Collection[UUID]) -> dict[UUID, list[DeadWay]]:
    """Return the dead ways of these students' guardians, without blocked ones. Two statements."""
    links = list(
        Guardianship.objects.filter(student_id__in=student_ids, blocked_at=None).values_list(
            "student_id", "guardian_id"
        )
    )
    dead = by_guardian({guardian_id for _, guardian_id in links})
    found: dict[UUID, list[DeadWay]] = defaultdict(list)
    for student_id, guardian_id in links:
        found[student_id] += dead.get(guardian_id, [])
    return found
