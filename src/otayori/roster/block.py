"""Block a guardian from a child (DV, court order) and take it back. The guardian is told neither."""

from django.db import transaction

from otayori.accounts.models import User
from otayori.core import audit, clock
from otayori.roster.models import Guardianship
from otayori.roster.sheets.issue import revoke


@transaction.atomic
def block(guardianship: Guardianship, *, by: User) -> None:
    """From now on this guardian sees nothing about this child.

    The child's sheets end with it: with one at home a blocked guardian could join anew under another
    address, or look up what class the child has moved to.
    """
    _set(guardianship, by=by, blocked=True)
    for sheet in guardianship.student.sheets.select_related("student").filter(revoked_at__isnull=True):
        revoke(sheet, by=by)


def unblock(guardianship: Guardianship, *, by: User) -> None:
    """Let the guardian receive and see again; what was sent meanwhile is not sent after."""
    _set(guardianship, by=by, blocked=False)


@transaction.atomic
def _set(guardianship: Guardianship, *, by: User, blocked: bool) -> None:
    rows = Guardianship.objects.filter(pk=guardianship.pk, blocked_at__isnull=blocked)
    if rows.update(blocked_at=clock.now() if blocked else None):
        audit.record(
            "guardianship blocked" if blocked else "guardianship unblocked",
            actor_id=by.id,
            school_id=guardianship.student.school_id,
            object_id=guardianship.student_id,
            guardian=str(guardianship.guardian_id),
        )
