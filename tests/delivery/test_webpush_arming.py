"""Armed pushes: made ahead, handed out once, used once or never, whoever dies and whatever is repeated."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction

from otayori.core import crypto
from otayori.delivery import arming, endpoints
from otayori.delivery.channels.registry import vapid
from otayori.delivery.channels.webpush.encryption import Armed
from otayori.delivery.models import ArmedPush, Endpoint
from otayori.delivery.parcel import Parcel, Verdict
from otayori.ops.postgres import EmbeddedPostgres
from otayori.roster.models import Guardian
from tests.cast import Cast
from tests.delivery.push_notices import deliver, long_letter, notice
from tests.delivery.push_server import CLOSE, Answer, Device, PushServer, ephemeral_key

ROOT = Path(__file__).parents[2]


def subscribe(person: Guardian, device: Device) -> Endpoint:
    return endpoints.subscribe(person, device.subscription(), device="Android", vapid=vapid().public_key)


def devices(person: Guardian, count: int, *, origin: str = "http://127.0.0.1:9") -> dict[UUID, Device]:
    made = [Device(origin, f"/{person.id}/{number}") for number in range(count)]
    return {subscribe(person, device).id: device for device in made}


def unlogged() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'delivery_armedpush'")
        return bool(cursor.fetchone() == ("u",))


@pytest.mark.django_db
def test_every_live_device_is_armed_and_nothing_else(cast: Cast) -> None:
    kims = devices(cast.kim, 3)
    gone = subscribe(cast.alvarez, Device("http://127.0.0.1:9", "/gone"))
    endpoints.disable(gone, "http 410")

    assert arming.top_up(2) == 2
    assert arming.top_up(2) == 1
    assert arming.top_up(2) == 0

    assert set(ArmedPush.objects.values_list("endpoint_id", flat=True)) == set(kims)


@pytest.mark.django_db
def test_a_set_is_handed_out_once(cast: Cast) -> None:
    ids = list(devices(cast.kim, 3))
    arming.top_up()

    first, second = arming.take(ids[:2]), arming.take(ids)

    assert set(first) == set(ids[:2])
    assert set(second) == {ids[2]}
    assert len({Armed.unpack(packed).public for packed in (first | second).values()}) == 3


@pytest.mark.django_db
def test_sets_of_yesterday_are_replaced_and_those_of_removed_devices_thrown_away(cast: Cast) -> None:
    kept, removed = list(devices(cast.kim, 2))
    arming.top_up()
    before = {row.endpoint_id: row.secret for row in ArmedPush.objects.all()}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE delivery_armedpush SET made_at = now() - interval '25 hours'")
    endpoints.remove(cast.kim, removed)

    arming.top_up()

    after = {row.endpoint_id: row.secret for row in ArmedPush.objects.all()}
    assert set(after) == {kept}
    assert after[kept] != before[kept]
    endpoints.remove(cast.kim, kept)
    arming.top_up()
    assert not ArmedPush.objects.exists()


@pytest.mark.django_db
def test_an_address_that_cannot_be_armed_is_not_looked_at_again_and_stops_nobody(cast: Cast) -> None:
    broken, fine = list(devices(cast.kim, 2))
    Endpoint.objects.filter(id=broken).update(address=b"of another key")

    assert arming.top_up() == 2
    assert arming.top_up() == 0
    assert set(arming.take([broken, fine])) == {fine}


@pytest.mark.django_db
def test_without_the_wards_keys_nothing_is_armed(cast: Cast) -> None:
    devices(cast.kim, 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_keyset SET wrapped = 'of another master key' WHERE name = 'ward'")
    crypto.forget()

    assert arming.top_up() == 0
    assert not ArmedPush.objects.exists()


@pytest.mark.django_db
def test_no_set_outlives_a_crash_of_the_database(cast: Cast) -> None:
    """PostgreSQL empties unlogged tables when it recovers; so do standbys and base backups."""
    assert unlogged()


@pytest.mark.django_db(transaction=True)
def test_sets_are_gone_before_they_are_used(cast: Cast) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        arming.take(list(devices(cast.kim, 1)))


@pytest.mark.django_db
def test_a_device_that_subscribed_anew_gets_no_push_made_for_its_old_keys(cast: Cast) -> None:
    with PushServer() as service:
        old, new = Device(service.origin, "/kim"), Device(service.origin, "/kim")
        endpoint = subscribe(cast.kim, old)
        arming.top_up()
        assert subscribe(cast.kim, new).id == endpoint.id
        endpoint.refresh_from_db()

        armed = arming.take([endpoint.id])[endpoint.id]
        outcome = deliver(Parcel(1, endpoint.id, raw(new), notice(), armed))[1]

        assert outcome.verdict is Verdict.SENT
        (request,) = service.requests
        assert new.read(request.body)["title"] == notice().title
        assert ephemeral_key(request.body) != Armed.unpack(armed).public


@pytest.mark.django_db
def test_a_push_that_goes_again_shorter_is_not_made_with_the_same_set(cast: Cast) -> None:
    with PushServer() as service:
        kim = Device(service.origin, "/kim")
        endpoint = subscribe(cast.kim, kim)
        arming.top_up()
        armed = arming.take([endpoint.id])[endpoint.id]
        service.script("/kim", Answer(413))

        deliver(Parcel(1, endpoint.id, raw(kim), notice(text=long_letter(5000)), armed))

        first, second = service.requests
        assert ephemeral_key(first.body) == Armed.unpack(armed).public
        assert ephemeral_key(second.body) != ephemeral_key(first.body)
        assert kim.read(second.body)["more"] is True


def raw(device: Device) -> str:
    """The address without the key of the ward, which the tests' channels do not have."""
    return device.subscription()


@pytest.mark.django_db(transaction=True)
def test_many_workers_arming_and_taking_at_once_share_nothing(cast: Cast) -> None:
    people = (cast.kim, cast.alvarez, cast.yamada, cast.watanabe)
    ids = [endpoint_id for person in people for endpoint_id in devices(person, 15)]

    def work(worker: int) -> list[bytes]:
        taken: list[bytes] = []
        mine = ids if worker % 2 else ids[::-1]
        try:
            for _ in range(6):
                arming.top_up(20)
                taken += arming.take(mine[:40]).values()
        finally:
            connection.close()
        return taken

    with ThreadPoolExecutor(4) as workers:
        taken = [packed for found in workers.map(work, range(4)) for packed in found]

    assert len(taken) > 60
    assert len({Armed.unpack(packed).public for packed in taken}) == len(taken)


@pytest.fixture
def claimer(postgres: EmbeddedPostgres) -> Iterator[type["Claimer"]]:
    """Starts claimers on this test's database; none is left behind."""
    Claimer.started = []
    Claimer.environ = os.environ | {
        "OTAYORI_DATABASE_URL": postgres.url(str(connection.settings_dict["NAME"]))
    }
    yield Claimer
    for process in Claimer.started:
        process.kill()
        process.wait()


class Claimer:
    """A process of push_claimer.py."""

    started: list[subprocess.Popen[str]]
    environ: dict[str, str]

    def __init__(self, mode: str, ids: list[UUID]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.delivery.push_claimer", mode],
            cwd=ROOT,
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.started.append(self.process)
        self.say("".join(f"{endpoint_id}\n" for endpoint_id in ids) + "begin\n")

    def say(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_no_secret_is_used_twice_though_workers_race_and_one_is_killed_before_it_sends(
    cast: Cast, claimer: type[Claimer]
) -> None:
    with PushServer() as service:
        kims = devices(cast.kim, 20, origin=service.origin) | devices(cast.alvarez, 20, origin=service.origin)
        for number, device in enumerate(kims.values()):
            answers = [Answer(413), Answer(201), Answer(429), CLOSE, Answer(500)]
            service.script(device.path, answers[number % 5])
        arming.top_up()
        racing = [claimer(mode, list(kims)) for mode in ("send", "die", "send")]
        assert [process.hear() for process in racing] == ["ready\n"] * 3
        for process in racing:
            process.say("\n")
        taken = [int(process.hear().split()[1]) for process in racing]
        racing[1].process.kill()  # it has sets in its hands
        for sender in (racing[0], racing[2]):
            assert sender.process.wait(60) == 0
        assert sum(taken) == 40  # each set went to one of them

        arming.top_up()  # another worker starts, and sends to all once more
        again = claimer("send", list(kims))
        assert again.hear() == "ready\n"
        again.say("\n")
        assert again.hear() == "taken 40\n"
        assert again.process.wait(60) == 0

        for request in service.requests:  # that no two share a key is what the server looks at as it closes
            device = next(device for device in kims.values() if device.path == request.path)
            assert device.read(request.body)["title"] == notice().title
        assert len(service.requests) >= 120
