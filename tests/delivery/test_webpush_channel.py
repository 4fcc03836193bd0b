"""The web push channel against a push service on loopback: what arrives there."""

import asyncio
import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from otayori.delivery.channels.webpush import Vapid, WebPushChannel, new_private_key_pem, normalise
from otayori.delivery.channels.webpush.exchange import Limits
from otayori.delivery.parcel import Channel, Outcome, Urgency, Verdict
from otayori.delivery.parcel import outcomes as collect
from tests.delivery.push_notices import (
    LOOPBACK,
    RELEASED,
    VAPID,
    address,
    deliver,
    long_letter,
    notice,
    parcel,
    to,
    use,
)
from tests.delivery.push_server import Device, PushServer


@pytest.fixture
def service() -> Iterator[PushServer]:
    with PushServer() as server:
        yield server


def test_it_is_a_channel() -> None:
    channel: Channel = WebPushChannel(VAPID, allowed_hosts=LOOPBACK)
    assert channel.name == "webpush"
    asyncio.run(channel.close())  # also before anything was sent


def test_kim_reads_in_the_push_the_whole_notice(service: PushServer) -> None:
    kim = Device(service.origin, "/push/kim")
    content = notice()

    outcomes = deliver(parcel(41, address(kim), content))

    assert outcomes == {41: Outcome(41, Verdict.SENT, "http 201")}
    (request,) = service.received("/push/kim")
    page = kim.read(request.body)
    assert (page["title"], page["text"], page["url"]) == (content.title, content.text, content.url)


def test_every_guardian_gets_their_own_language_and_nobody_elses_push(service: PushServer) -> None:
    devices = [Device(service.origin, f"/push/{number}") for number in range(300)]
    batch = uuid.uuid4()
    japanese = notice(batch_id=batch)
    portuguese = replace(japanese, language="pt", title="Passeio da escola", text="Tragam o lanche.")
    letters = [
        parcel(number, address(device), portuguese if number % 3 == 0 else japanese)
        for number, device in enumerate(devices)
    ]

    outcomes = deliver(*letters)

    assert {outcome.verdict for outcome in outcomes.values()} == {Verdict.SENT}
    assert len(outcomes) == len(service.requests) == 300
    for number, device in enumerate(devices):
        (request,) = service.received(f"/push/{number}")
        assert device.read(request.body)["lang"] == ("pt" if number % 3 == 0 else "ja")
    assert service.connections <= Limits().max_connections


def test_the_request_is_one_that_push_services_take(service: PushServer) -> None:
    batch = uuid.UUID("01976f00-0000-7000-8000-00000000abcd")

    deliver(to(service, batch_id=batch))

    (request,) = service.requests
    assert request.headers["authorization"] == VAPID.authorization(service.origin)
    assert request.headers["content-encoding"] == "aes128gcm"
    assert request.headers["topic"] == "AZdvAAAAcACAAAAAAACrzQ"  # the same on each try
    assert request.headers["content-type"] == "application/octet-stream"
    assert "expect" not in request.headers
    assert len(request.body) <= 4096


@pytest.mark.parametrize(
    ("urgency", "header", "days"),
    [
        (Urgency.EMERGENCY, "high", 1),
        (Urgency.IMPORTANT, "high", 14),
        (Urgency.NORMAL, "normal", 14),
        (Urgency.LEAFLET, "low", 14),
    ],
)
def test_how_pressing_it_is_and_how_long_it_is_kept(
    service: PushServer, urgency: Urgency, header: str, days: int
) -> None:
    deliver(to(service, urgency=urgency))

    (request,) = service.requests
    assert (request.headers["urgency"], int(request.headers["ttl"])) == (header, days * 86400)


@pytest.mark.parametrize(
    ("left", "ttl"),
    [(timedelta(minutes=90), 5400), (timedelta(days=90), 28 * 86400)],
)
def test_nothing_is_kept_past_its_deadline(service: PushServer, left: timedelta, ttl: int) -> None:
    deliver(to(service, deadline=RELEASED + left), clock=RELEASED.timestamp)

    assert int(service.requests[0].headers["ttl"]) == ttl


def test_what_waited_past_its_deadline_is_not_handed_over(service: PushServer) -> None:
    late = to(service, deadline=RELEASED - timedelta(seconds=1))
    (outcome,) = deliver(late, clock=RELEASED.timestamp).values()
    assert (outcome.verdict, outcome.code) == (Verdict.TRANSIENT, "deadline")  # the sweep writes it off
    assert not service.requests


def test_connections_are_kept_between_calls_and_a_closed_channel_opens_again(service: PushServer) -> None:
    async def three_times(channel: WebPushChannel) -> list[Outcome]:
        first = await collect(channel, [to(service, delivery_id=1)])
        second = await collect(channel, [to(service, delivery_id=2)])
        assert service.connections == 1
        await channel.close()
        return first + second + await collect(channel, [to(service, delivery_id=3)])

    assert {outcome.verdict for outcome in use(three_times).values()} == {Verdict.SENT}
    assert service.connections == 2


def test_connections_are_opened_ahead_to_the_push_services_met_before(service: PushServer) -> None:
    async def before_a_release(channel: WebPushChannel) -> list[Outcome]:
        await channel.warm()  # nobody met so far
        first = await collect(channel, [to(service, delivery_id=1)])
        await channel.close()
        await channel.warm()
        while service.connections < 2:
            await asyncio.sleep(0.01)
        return first + await collect(channel, [to(service, delivery_id=2)])

    assert {outcome.verdict for outcome in use(before_a_release).values()} == {Verdict.SENT}
    assert service.connections == 2
    assert [(request.path, len(request.body) > 0) for request in service.requests] == [
        ("/kim", True),
        ("/", False),
        ("/kim", True),
    ]


def test_a_subscription_of_another_key_is_told_without_asking_and_kept(service: PushServer) -> None:
    """The worker may be the one with the wrong key file, and what it says is said of every device."""
    former = Vapid(new_private_key_pem(), "mailto:kyouiku@ward.example.jp")
    raw = Device(service.origin, "/kim").subscription()
    stored = normalise(raw, allowed_hosts=LOOPBACK, vapid=former.public_key)

    outcomes = deliver(parcel(1, stored, notice()))

    assert outcomes == {1: Outcome(1, Verdict.PERMANENT, "key changed")}  # mail takes over
    assert service.requests == []


def test_an_address_as_the_browser_gave_it_is_taken_too(service: PushServer) -> None:
    raw = Device(service.origin, "/kim").subscription()

    assert deliver(parcel(1, raw, notice()))[1].verdict is Verdict.SENT


def test_addresses_that_cannot_be_sent_to_settle_without_a_request(service: PushServer) -> None:
    good = json.loads(address(Device(service.origin, "/kim")))
    off_curve = json.dumps(good | {"p256dh": "BA" + "A" * 84 + "E"})
    off_list = json.dumps(good | {"endpoint": "http://10.0.0.1/admin"})

    outcomes = deliver(
        parcel(1, "{}", notice()),
        parcel(2, off_curve, notice()),
        parcel(3, off_list, notice()),
        parcel(4, json.dumps(good), notice(url="https://otayori.example.jp/m/" + long_letter(4000))),
        to(service, delivery_id=5),
    )

    assert outcomes[1] == Outcome(1, Verdict.PERMANENT, "bad p256dh", endpoint_dead=True)
    assert outcomes[2] == Outcome(2, Verdict.PERMANENT, "bad p256dh", endpoint_dead=True)
    assert outcomes[3] == Outcome(3, Verdict.PERMANENT, "bad host")  # the list may be put right
    assert outcomes[4] == Outcome(4, Verdict.PERMANENT, "too long")
    assert outcomes[5].verdict is Verdict.SENT
    assert len(service.requests) == 1


def test_nothing_to_send_is_nothing_done() -> None:
    assert deliver() == {}
