"""The guardian's wish for when to hear of what can wait (届け方の希望): keep it, read it."""

import json
from datetime import datetime

from django.db import connection, transaction
from django.db.models import DateTimeField, F, Func, Q, Value

from otayori.core import audit
from otayori.delivery.hold import Held, Wish, held, is_full_hour
from otayori.delivery.models import ChannelName, Preference
from otayori.delivery.parcel import Urgency
from otayori.roster.models import Guardian

HOURS = range(24)

# Wishes repeat: a ward of 20,000 has some dozens that differ.
_WISHES = "SELECT DISTINCT quiet_from, quiet_until, digest_at FROM delivery_preference"

# Which slices wait by their guardians' wish: a push that is due later, or a mail that is due at a full hour.
# What waits only for whether the push is read is due to the microsecond of its release, some time later.
HELD = "(s.due_at > now() AND (s.channel = 'webpush' OR s.due_at = date_trunc('hour', s.due_at)))"


def preference_of(guardian: Guardian) -> Preference:
    """Return what the guardian wishes; one without any, not saved, where nothing was said."""
    return Preference.objects.filter(guardian=guardian).first() or Preference(guardian=guardian)


def wish_of(preference: Preference) -> Wish:
    """Return the wish in a preference."""
    return Wish(preference.quiet_from, preference.quiet_until, preference.digest_at)


@transaction.atomic
def keep(guardian: Guardian, wish: Wish) -> None:
    """Keep the guardian's wish. What is held already comes at the hour it was held for.

    Raises ValueError for what is no wish: half of the quiet hours, none of them, no hour of the day.
    """
    hours = [hour for hour in (wish.quiet_from, wish.quiet_until, wish.digest_at) if hour is not None]
    is_half = (wish.quiet_from is None) is not (wish.quiet_until is None)
    is_nothing = wish.quiet_from is not None and wish.quiet_from == wish.quiet_until
    if is_half or is_nothing or any(hour not in HOURS for hour in hours):
        raise ValueError("no quiet hours")
    said = {"quiet_from": wish.quiet_from, "quiet_until": wish.quiet_until, "digest_at": wish.digest_at}
    if hours:
        Preference.objects.update_or_create(guardian=guardian, defaults=said)
    else:
        Preference.objects.filter(guardian=guardian).delete()
    audit.record(
        "delivery times chosen",
        actor_id=guardian.user_id,
        object_id=guardian.user_id,
        quiet=wish.quiet_from is not None,
        digest=wish.digest_at is not None,
    )


def held_by_wish(urgency: Urgency, at: datetime, deadline: datetime | None) -> str:
    """Return, as JSON for the release, every wish that changes when a message is due, and to when.

    Empty where nobody has such a wish.
    """
    with connection.cursor() as cursor:  # the release of a message that can wait
        cursor.execute(_WISHES)
        wishes = [Wish(*row) for row in cursor.fetchall()]
    changed = [(wish, held(wish, urgency, at, deadline)) for wish in wishes]
    lines = [_line(wish, dues) for wish, dues in changed if dues != Held(None, None)]
    return json.dumps(lines) if lines else ""


def is_held(now: datetime) -> Q:
    """Match slices that wait by their guardians' wish: what `HELD` says, for the ORM."""
    hour = Func(Value("hour"), F("due_at"), function="date_trunc", output_field=DateTimeField())
    return Q(due_at__gt=now) & (Q(channel=ChannelName.WEBPUSH) | Q(due_at=hour))


def is_by_wish(channel: str, due_at: datetime) -> bool:
    """Tell whether what is due later waits by its guardian's wish: what `HELD` says, of one slice."""
    return channel == ChannelName.WEBPUSH or is_full_hour(due_at)


def _line(wish: Wish, dues: Held) -> dict[str, object]:
    return {
        "code": code_of(wish),
        "first": dues.first.isoformat() if dues.first else None,
        "mail": dues.mail.isoformat() if dues.mail else None,
    }


def code_of(wish: Wish) -> str:
    """Return the wish in one word, as `release` writes it in SQL: "21 7 -"."""
    hours = (wish.quiet_from, wish.quiet_until, wish.digest_at)
    return " ".join("-" if hour is None else str(hour) for hour in hours)
