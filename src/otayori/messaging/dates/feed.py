"""Give a guardian's calendar an address of its own to read the dates from: make it, stop it, answer it.

A calendar program can't sign in. The secret in the address is its key: 128 bits, kept as a keyed hash.
"""

import re
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from otayori.core import audit, clock, crypto
from otayori.messaging.dates import ics, keep
from otayori.messaging.dates.coming import dates_for
from otayori.messaging.models import CalendarFeed
from otayori.roster.models import Guardian
from otayori.schools.models import Ward

BACK = timedelta(days=60)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


@transaction.atomic
def make(guardian: Guardian) -> str:
    """Return the secret of a new address; the one of before opens nothing any more."""
    token = secrets.token_urlsafe(16)
    fresh = {"token_key": _key(token), "made_at": clock.now(), "read_on": None}
    CalendarFeed.objects.update_or_create(guardian=guardian, defaults=fresh)
    audit.record("calendar feed made", actor_id=guardian.user_id, object_id=guardian.id)
    return token


@transaction.atomic
def stop(guardian: Guardian) -> None:
    """Close the address; a second click finds it closed."""
    stopped, _rows = CalendarFeed.objects.filter(guardian=guardian).delete()
    if stopped:
        audit.record("calendar feed stopped", actor_id=guardian.user_id, object_id=guardian.id)


def open_feed(token: str) -> CalendarFeed | None:
    """Return the feed this secret opens; None where it opens none (any more), or its guardian is shut out."""
    if not _TOKEN.fullmatch(token):
        return None
    found = CalendarFeed.objects.select_related("guardian__user").filter(token_key=_key(token)).first()
    return found if found and found.guardian.user.is_active else None


def read(found: CalendarFeed) -> bytes:
    """Return the calendar as it is now, and note the day."""
    today = clock.today()
    if found.read_on != today:
        CalendarFeed.objects.filter(pk=found.pk).update(read_on=today)
    keep.catch_up(found.guardian)
    rows = dates_for(found.guardian, since=today - BACK)
    board = Ward.objects.values_list("board", flat=True).first() or ""
    entries = [
        ics.Entry(row.message, row.number, row, row.message.school.name if row.message.school else board)
        for row in rows
    ]
    return ics.feed(entries, _("おたより"))


def _key(token: str) -> bytes:
    return crypto.lookup_key("calendar feed", token)
