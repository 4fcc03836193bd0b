"""Write the log of who did what: ids and counts, never names."""

from typing import Any
from uuid import UUID

from otayori.core.models import AuditEntry


def record(
    action: str,
    *,
    actor_id: UUID | None = None,
    school_id: UUID | None = None,
    object_id: UUID | None = None,
    **detail: Any,
) -> None:
    """Add an entry in the caller's transaction: the deed and its record stand or fall together."""
    AuditEntry.objects.create(
        action=action, actor_id=actor_id, school_id=school_id, object_id=object_id, detail=detail
    )
