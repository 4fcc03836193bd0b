"""Health of channels and workers: what staff must know when messages do not leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from otayori.core import clock
from otayori.delivery.models import ChannelHealth, Worker
from otayori.delivery.parcel import Outcome, Verdict

# first words of outcome codes that speak of the relay, not of the address: "connect", "connect 554", "tls"
UNREACHED = ("connect", "tls", "auth", "refused")
WORKER_GONE_AFTER = timedelta(seconds=90)


def verdict_of(outcomes: Sequence[Outcome]) -> tuple[bool, str] | None:
    """Judge a channel by a chunk: (works, code), or None when the chunk tells nothing."""
    if any(outcome.verdict in (Verdict.SENT, Verdict.PERMANENT) for outcome in outcomes):
        return True, ""
    trouble = [outcome.code for outcome in outcomes if outcome.code.partition(" ")[0] in UNREACHED]
    return (False, trouble[0]) if trouble and len(trouble) == len(outcomes) else None


def note(channel: str, works: bool, code: str) -> None:
    """Write how a channel fares; the time since when it fails is kept."""
    with connection.cursor() as cursor:  # after a chunk, when the state changed or half a minute passed
        cursor.execute(
            """
            INSERT INTO delivery_channelhealth (channel, worked_at, failing_since, code)
            VALUES (%(channel)s, CASE WHEN %(works)s THEN now() END,
                    CASE WHEN NOT %(works)s THEN now() END, %(code)s)
            ON CONFLICT (channel) DO UPDATE SET
                worked_at = CASE WHEN %(works)s THEN now() ELSE delivery_channelhealth.worked_at END,
                failing_since = CASE WHEN %(works)s THEN NULL
                                ELSE coalesce(delivery_channelhealth.failing_since, now()) END,
                code = %(code)s
            """,
            {"channel": channel, "works": works, "code": code[:60]},
        )


def beat(worker_id: UUID, host: str, started_at: datetime) -> None:
    """Say that a worker lives; those not heard of for a day are forgotten."""
    Worker.objects.update_or_create(
        id=worker_id, defaults={"host": host, "started_at": started_at, "seen_at": Now()}
    )
    Worker.objects.filter(seen_at__lt=clock.now() - timedelta(days=1)).delete()


def leave(worker_id: UUID) -> None:
    """Say that a worker has ended."""
    Worker.objects.filter(id=worker_id).delete()


@dataclass(frozen=True)
class Trouble:
    """Why messages do not leave. `channel` is empty when no worker runs at all."""

    channel: str
    since: datetime | None
    code: str


def troubles() -> list[Trouble]:
    """Return what keeps messages from leaving now; empty when all is well."""
    found = [
        Trouble(state.channel, state.failing_since, state.code)
        for state in ChannelHealth.objects.filter(failing_since__isnull=False)
    ]
    if not Worker.objects.filter(seen_at__gt=clock.now() - WORKER_GONE_AFTER).exists():
        found.insert(0, Trouble("", None, "no worker"))
    return found
