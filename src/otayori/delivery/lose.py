"""A guardian's device is lost: nothing is sent to it any more."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from otayori.core import audit
from otayori.delivery import endpoints
from otayori.roster.models import Guardian


@transaction.atomic
def lose(guardian: Guardian, endpoint_ids: Iterable[UUID]) -> None:
    """Remove these devices of the guardian, those that are still there, and write down that they are lost."""
    mine = {way.id for way in endpoints.endpoints_of(guardian)}
    gone = [one for one in endpoint_ids if one in mine]
    for endpoint_id in gone:
        endpoints.remove(guardian, endpoint_id)
    audit.record("device lost", actor_id=guardian.user_id, object_id=guardian.user_id, devices=len(gone))
