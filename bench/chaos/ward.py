"""The ward of a fault run: guardians with mail, some with a phone, some of whose addresses are dead."""

import json
import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Sum

from bench.chaos.history import BatchFacts, Reading, Row
from bench.chaos.plan import Release
from bench.chaos.push_sink import Phone
from otayori.core import crypto
from otayori.core.ids import new_id
from otayori.delivery import fallback, release
from otayori.delivery.channels.webpush import normalise
from otayori.delivery.models import Batch, ChannelName, Delivery, Endpoint, Slice
from otayori.delivery.parcel import Urgency
from otayori.delivery.status import READ
from otayori.roster.models import Guardian

PHONE_EVERY = 3  # every third guardian has one
DEAD = 0.02  # share of addresses that nobody reads any more
MAIL_AFTER = {  # instead of minutes and hours: a fault run is over by then
    Urgency.IMPORTANT: timedelta(seconds=6),
    Urgency.NORMAL: timedelta(seconds=9),
    Urgency.LEAFLET: timedelta(seconds=12),
}
TEXT = "お子さまを校門までお迎えください。" * 20


@dataclass
class Ward:
    """Who can be reached where."""

    addresses: dict[UUID, str]  # endpoint -> mail address, or path at the push service
    owners: dict[UUID, list[UUID]]  # guardian -> endpoints
    phones: dict[str, tuple[UUID, Phone]]  # path -> endpoint, phone

    @property
    def device_owners(self) -> set[UUID]:
        devices = {endpoint for endpoint, _ in self.phones.values()}
        return {owner for owner, places in self.owners.items() if devices & set(places)}

    @property
    def devices(self) -> dict[UUID, frozenset[UUID]]:
        """The devices of the owner of each mail endpoint that has some."""
        all_devices = {endpoint for endpoint, _ in self.phones.values()}
        return {
            place: frozenset(devices)
            for places in self.owners.values()
            if (devices := all_devices & set(places))
            for place in set(places) - devices
        }


def dead_addresses(dice: random.Random) -> frozenset[str]:
    """Which addresses the sinks shall refuse for good: of mail, and of phones that `gather` will give out."""
    places = sorted(endpoint.address for endpoint in Endpoint.objects.filter(channel=ChannelName.EMAIL))
    places += [f"/phone/{n}" for n in range(0, Guardian.objects.count(), PHONE_EVERY)]
    return frozenset(place for place in places if dice.random() < DEAD)


def gather(push_origin: str) -> Ward:
    """Give phones to the guardians that `bench.ward.fill` made, and list all endpoints."""
    guardians = list(Guardian.objects.order_by("id"))
    phones = {}
    made = []
    for n in range(0, len(guardians), PHONE_EVERY):
        path, phone = f"/phone/{n}", Phone()
        address = normalise(
            phone.subscription(push_origin + path), allowed_hosts=("http://127.0.0.1",), vapid=""
        )
        endpoint = Endpoint(
            guardian=guardians[n],
            channel=ChannelName.WEBPUSH,
            address=address,
            address_key=crypto.lookup_key("push address", push_origin + path),
            host=push_origin,
        )
        made.append(endpoint)
        phones[path] = endpoint.id, phone
    Endpoint.objects.bulk_create(made)
    addresses = {endpoint: path for path, (endpoint, _) in phones.items()}
    owners: dict[UUID, list[UUID]] = {}
    for endpoint in Endpoint.objects.all():
        addresses.setdefault(endpoint.id, endpoint.address)
        owners.setdefault(endpoint.guardian_id, []).append(endpoint.id)
    return Ward(addresses, owners, phones)


def send(ward: Ward, planned: Release, share: list[UUID]) -> BatchFacts:
    """Release one batch to these guardians."""
    title = f"chaos {planned.number}"
    now = datetime.now(UTC)
    deadline = now + timedelta(seconds=planned.length) if planned.end == "deadline" else None
    text = release.Text(
        language="ja",
        sender="みどり区教育委員会",
        title=title,
        text=TEXT,
        mail_title=title,
        mail_text=TEXT,
        url=f"http://127.0.0.1:8000/m/{planned.number}",
        settings_url="http://127.0.0.1:8000/settings",
    )
    order = release.Order(
        subject_id=new_id(),
        school=None,
        urgency=Urgency(planned.lane),
        texts=[text],
        released_at=now,
        deadline=deadline,
    )
    batch, _ = release.release(order, Guardian.objects.filter(id__in=share).values("id"))
    return BatchFacts(
        id=batch.id,
        title=title,
        endpoints=frozenset(endpoint for guardian in share for endpoint in ward.owners[guardian]),
        released_at=now.timestamp(),
        mail_due=fallback.mail_due(order.urgency, now, deadline).timestamp(),
        deadline=deadline.timestamp() if deadline else None,
    )


def read(guardian: UUID, batch_id: UUID) -> Reading | None:
    """A guardian opens a message; None where no mail waited for it."""
    if not fallback.spare(guardian, [batch_id]):
        return None
    spared = Delivery.objects.filter(batch=batch_id, endpoint__guardian=guardian, code=READ)
    places = frozenset(spared.values_list("endpoint_id", flat=True))
    return Reading(batch_id, places, datetime.now(UTC).timestamp())


def stop(batch_id: UUID) -> float:
    """Stop a batch; returns when, POSIX seconds."""
    now = datetime.now(UTC)
    release.stop(Batch.objects.get(id=batch_id), now)
    return now.timestamp()


def open_deliveries() -> int:
    """How many wait still: all of the slices that are not done, and rows to be tried again."""
    rows = Delivery.objects.filter(status__in=["queued", "sending"]).count()
    return rows + (Slice.objects.filter(done_at=None).aggregate(all=Sum("size"))["all"] or 0)


def cut() -> dict[UUID, list[UUID]]:
    """Which endpoints each batch was cut into."""
    found: dict[UUID, list[UUID]] = {}
    for batch_id, endpoints in Slice.objects.values_list("batch_id", "endpoint_ids"):
        found.setdefault(batch_id, []).extend(endpoints)
    return found


def own_batches(ours: Collection[UUID]) -> dict[UUID, BatchFacts]:
    """Batches that the product released itself: it tells on the phone that a mail address is dead."""
    places = cut()
    return {
        batch.id: BatchFacts(
            id=batch.id,
            title=json.loads(batch.contents.get(language="ja").text)["title"],
            endpoints=frozenset(places.get(batch.id, ())),
            released_at=batch.released_at.timestamp(),
        )
        for batch in Batch.objects.exclude(id__in=ours)
    }


def rows() -> list[Row]:
    """The ledger as it stands."""
    columns = ("id", "batch_id", "endpoint_id", "status", "code")
    return [Row(*row) for row in Delivery.objects.order_by("id").values_list(*columns)]
