"""The push service says gone, slow down, or falls over: each device's delivery goes its own way."""

from datetime import timedelta

import pytest

from otayori.delivery import endpoints
from otayori.delivery.channels.registry import vapid
from otayori.delivery.models import Delivery, Endpoint
from otayori.ops.postgres import EmbeddedPostgres
from otayori.roster.models import Guardian
from tests.cast import Cast
from tests.delivery.ledger import release_to
from tests.delivery.push_server import Answer, Device, PushServer
from tests.delivery.smtp_server import SmtpServer
from tests.stories.processes import environment, ready, settled, worker

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def subscribe(person: Guardian, device: Device) -> Endpoint:
    return endpoints.subscribe(person, device.subscription(), device="Android", vapid=vapid().public_key)


def test_each_device_is_dealt_with_as_its_push_service_says(cast: Cast, postgres: EmbeddedPostgres) -> None:
    people = {"/kim": cast.kim, "/yamada": cast.yamada, "/alvarez": cast.alvarez, "/watanabe": cast.watanabe}
    with PushServer() as service, SmtpServer().running_in_thread() as relay:
        service.script("/kim", Answer(410))
        service.script("/yamada", Answer(429, (("Retry-After", "3"),)))
        service.script("/alvarez", Answer(500))
        devices = {path: Device(service.origin, path) for path in people}
        endpoint = {path: subscribe(person, devices[path]) for path, person in people.items()}
        with worker(environment(postgres, relay.url("?starttls=never"))):
            ready()
            batch = release_to(list(people.values()))
            settled()

    row = {path: Delivery.objects.get(endpoint=endpoint[path]) for path in people}
    for device in endpoint.values():
        device.refresh_from_db()

    assert (row["/kim"].status, row["/kim"].code, len(service.received("/kim"))) == ("failed", "http 410", 1)
    assert (endpoint["/kim"].state, endpoint["/kim"].code) == (Endpoint.State.DISABLED, "http 410")

    slowed = row["/yamada"]
    assert (slowed.status, slowed.attempt, len(service.received("/yamada"))) == ("sent", 1, 2)
    assert slowed.sent_at is not None
    assert slowed.sent_at >= slowed.due_at >= batch.released_at + timedelta(seconds=3)

    first, second = service.received("/alvarez")
    assert (row["/alvarez"].status, row["/alvarez"].attempt) == ("sent", 2)
    assert first.headers["topic"] == second.headers["topic"]  # the phone shows it once
    assert devices["/alvarez"].read(first.body) == devices["/alvarez"].read(second.body)

    assert (row["/watanabe"].status, row["/watanabe"].attempt) == ("sent", 1)
    assert devices["/watanabe"].read(service.received("/watanabe")[0].body)["title"] == "明日の遠足"
    assert {endpoint[path].state for path in people if path != "/kim"} == {Endpoint.State.ACTIVE}
    # the others' mail waits until it is seen whether they read the push; Kim's has no push to wait for
    assert [mail.recipient for mail in relay.received] == ["kim@mail.example"]
