"""Saved audiences (保存した宛先): keep a rule by a name; a draft takes over a copy, never a link."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from otayori.accounts.access import Access
from otayori.core import audit
from otayori.messaging import targets
from otayori.messaging.audience import Audience
from otayori.messaging.models import SavedAudience
from otayori.messaging.senders import senders
from otayori.schools.models import School

MOST_NAME = 40  # characters


def saved_for(access: Access, school: School | None) -> QuerySet[SavedAudience]:
    """The saved audiences a person may use when writing for a school (None: the board): own and shared ones.

    `school` comes from `senders.open_sender`, the door to it.
    """
    mine = Q(owner=access.user) | Q(is_shared=True)
    return SavedAudience.objects.filter(mine, school=school).order_by("created_at", "id")


def open_saved(access: Access, saved_id: UUID | str) -> SavedAudience:
    """Return a saved audience this person may use, else 404."""
    found = SavedAudience.objects.select_related("school").filter(id=saved_id).first()
    if found is None or found.school not in senders(access):
        raise Http404
    if not found.is_shared and found.owner_id != access.user.id:
        raise Http404
    return found


def may_change(access: Access, saved: SavedAudience) -> bool:
    """Tell whether this person may rename or delete it: its owner, or who decides there."""
    return saved.owner_id == access.user.id or access.manages(saved.school_id)


def open_own(access: Access, saved_id: UUID | str) -> SavedAudience:
    """Return a saved audience this person may change, else 404."""
    found = open_saved(access, saved_id)
    if not may_change(access, found):
        raise Http404
    return found


def keep(
    access: Access, school: School | None, audience: Audience, *, name: str, is_shared: bool
) -> SavedAudience:
    """Keep a rule by a name. Raises `targets.NotYours`."""
    targets.check(access, school, audience)
    saved = SavedAudience(school=school, owner=access.user, is_shared=is_shared)
    saved.name = name.strip()[:MOST_NAME]
    saved.audience = audience.model_dump(mode="json", exclude_none=True)
    saved.save(force_insert=True)
    _record("audience saved", access, saved)
    return saved


def rename(access: Access, saved: SavedAudience, name: str) -> None:
    """Give it another name; a blank one changes nothing."""
    if name.strip():
        saved.name = name.strip()[:MOST_NAME]
        saved.save(update_fields=["name"])
        _record("saved audience renamed", access, saved)


def remove(access: Access, saved: SavedAudience) -> None:
    """Delete it. Drafts that took it over keep their copy."""
    _record("saved audience deleted", access, saved)
    saved.delete()


def taken_over(access: Access, saved: SavedAudience) -> tuple[Audience, int]:
    """Return the rule as far as it holds for this person today, and how many of its parts were left out."""
    kept = Audience.model_validate(saved.audience)
    holds = targets.possible(access, saved.school, kept)
    before, after = len(kept.include) + len(kept.exclude), len(holds.include) + len(holds.exclude)
    return holds, before - after


def _record(action: str, access: Access, saved: SavedAudience) -> None:
    audit.record(
        action,
        actor_id=access.user.id,
        school_id=saved.school_id,
        object_id=saved.id,
        shared=saved.is_shared,
    )
