"""The web push channel over HTTP/2 and TLS, as the push services of the browsers speak it."""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from otayori.delivery.channels.webpush import Vapid, WebPushChannel, new_private_key_pem, normalise
from otayori.delivery.channels.webpush.exchange import Limits
from otayori.delivery.parcel import Outcome, Parcel, Verdict
from otayori.delivery.parcel import outcomes as collect
from tests.delivery.push_notices import notice, parcel
from tests.delivery.push_server import Device, Http2PushServer, ephemeral_key

pytestmark = pytest.mark.processes
LOOPBACK = ("https://127.0.0.1", "https://localhost")
VAPID = Vapid(new_private_key_pem(), "mailto:kyouiku@ward.example.jp")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Http2PushServer]:
    with Http2PushServer(tmp_path_factory.mktemp("push")) as server:
        yield server


def deliver(parcels: list[Parcel], ca_file: Path | None) -> list[Outcome]:
    async def run() -> list[Outcome]:
        limits = Limits(ca_file=str(ca_file) if ca_file else None)
        channel = WebPushChannel(VAPID, allowed_hosts=LOOPBACK, limits=limits)
        try:
            return await collect(channel, parcels[:5]) + await collect(channel, parcels[5:])
        finally:
            await channel.close()

    return asyncio.run(run())


def address(device: Device) -> str:
    return normalise(device.subscription(), allowed_hosts=LOOPBACK)


def test_a_few_connections_carry_all_pushes(service: Http2PushServer) -> None:
    devices = {f"/push/{number}": Device(service.origin, f"/push/{number}") for number in range(400)}
    content = notice()
    parcels = [parcel(n, address(device), content) for n, device in enumerate(devices.values())]

    outcomes = deliver(parcels, service.ca_file)

    assert {outcome.verdict for outcome in outcomes} == {Verdict.SENT}
    seen = [request for request in service.seen() if request["path"] in devices]
    assert len(seen) == 400
    assert {request["version"] for request in seen} == {"2"}
    assert len({request["client"] for request in seen}) <= Limits().max_connections
    for request in seen:
        page = devices[request["path"]].read(base64.b64decode(request["body"]))
        assert page["text"] == content.text
    assert len({ephemeral_key(base64.b64decode(request["body"])) for request in seen}) == 400


def test_a_dead_subscription_over_http2(service: Http2PushServer) -> None:
    (outcome,) = deliver(
        [parcel(1, address(Device(service.origin, "/status/410/kim")), notice())], service.ca_file
    )

    assert outcome == Outcome(1, Verdict.PERMANENT, "http 410", endpoint_dead=True)


def test_a_certificate_that_nobody_vouches_for_gets_no_push(service: Http2PushServer) -> None:
    before = len(service.seen())

    (outcome,) = deliver([parcel(1, address(Device(service.origin, "/push/kim")), notice())], None)

    assert outcome == Outcome(1, Verdict.TRANSIENT, "connect tls")
    assert len(service.seen()) == before


def test_a_certificate_for_another_name_gets_no_push(service: Http2PushServer) -> None:
    elsewhere = f"https://localhost:{service.port}"

    (outcome,) = deliver([parcel(1, address(Device(elsewhere, "/push/kim")), notice())], service.ca_file)

    assert outcome == Outcome(1, Verdict.TRANSIENT, "connect tls")


def test_the_systems_certificates_are_believed(
    service: Http2PushServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(service.ca_file))  # how a ward adds the certificate of its proxy

    (outcome,) = deliver([parcel(1, address(Device(service.origin, "/push/kim")), notice())], None)

    assert outcome.verdict is Verdict.SENT
