"""Which languages the guardians of an audience read, for the confirm page."""

from django.db.models import Count

from otayori.accounts.models import User
from otayori.messaging.audience import Audience
from otayori.messaging.resolve import guardianships


def languages(audience: Audience) -> list[tuple[str, int]]:
    """Return language codes with how many guardians read them, the most first. One statement."""
    people = User.objects.filter(guardian__in=guardianships(audience).values("guardian"))
    rows = people.values_list("language").annotate(n=Count("id"))
    return sorted(rows, key=lambda row: (-row[1], row[0]))
