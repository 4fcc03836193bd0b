"""Whatever workers do in whatever order, no armed set is used twice: tried at random on a real database."""

import uuid
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from otayori.delivery import arming, endpoints
from otayori.delivery.channels.registry import vapid
from otayori.delivery.channels.webpush.errand import ParcelErrand
from otayori.delivery.channels.webpush.exchange import Answer, Failure
from otayori.delivery.channels.webpush.letter import Letter
from otayori.delivery.channels.webpush.subscription import parse
from otayori.delivery.models import Endpoint
from otayori.delivery.parcel import Outcome, Parcel
from otayori.roster.models import Guardian
from tests.cast import Cast
from tests.delivery.push_notices import LOOPBACK, VAPID, long_letter, notice
from tests.delivery.push_server import Device, assert_single_use

pytestmark = pytest.mark.slow

PATHS = ("/phone", "/tablet", "/laptop")
ANSWERS = (Answer(201), Answer(413), Answer(429), Answer(500), Answer(failure=Failure.LOST))
NOTICE = notice(text=long_letter(5000))
LETTER = Letter(NOTICE, VAPID, lambda: 0.0)
paths = st.sampled_from(PATHS)
workers = st.integers(0, 1)


class Workers(RuleBasedStateMachine):
    """Two workers, Kim's three devices, and a push service of chance."""

    kim: Guardian

    def __init__(self) -> None:
        super().__init__()
        self.devices: dict[str, tuple[Device, uuid.UUID]] = {}
        self.held: list[dict[uuid.UUID, bytes]] = [{}, {}]
        self.sent: list[tuple[Device, bytes]] = []
        for path in PATHS:
            self.subscribe(path)
        arming.top_up()

    @rule(path=paths)
    def subscribe(self, path: str) -> None:
        """The device subscribes anew, at the same address with other keys."""
        device = Device("http://127.0.0.1:9", path)
        key = vapid().public_key
        endpoint = endpoints.subscribe(self.kim, device.subscription(), device="Android", vapid=key)
        self.devices[path] = (device, endpoint.id)

    @rule()
    def arm(self) -> None:
        arming.top_up()

    @rule()
    def a_day_passes(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE delivery_armedpush SET made_at = made_at - interval '25 hours'")

    @rule()
    def the_database_crashes(self) -> None:
        """What PostgreSQL does to an unlogged table when it recovers."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM delivery_armedpush")

    @rule(worker=workers)
    def take(self, worker: int) -> None:
        """A claim; what the worker held before is lost, as if it had died and been started again."""
        self.held[worker] = arming.take([endpoint_id for _, endpoint_id in self.devices.values()])

    @rule(worker=workers, answers=st.lists(st.sampled_from(ANSWERS), min_size=3, max_size=3))
    def send(self, worker: int, answers: list[Answer]) -> None:
        """The worker sends what it claimed; each device's push service answers as it likes."""
        held, self.held[worker] = self.held[worker], {}
        for (device, endpoint_id), answer in zip(self.devices.values(), answers, strict=True):
            self._push(device, endpoint_id, held.get(endpoint_id, b""), answer)

    def _push(self, device: Device, endpoint_id: uuid.UUID, armed: bytes, answer: Answer) -> None:
        told: list[Outcome] = []
        errand = ParcelErrand(
            Parcel(1, endpoint_id, device.subscription(), NOTICE, armed),
            parse(device.subscription(), allowed_hosts=LOOPBACK),
            LETTER,
            told.append,
        )
        for heard in (answer, Answer(201)):
            post = errand.post()
            assert post is not None
            assert post.body is not None
            self.sent.append((device, post.body))
            if not errand.settle(heard):
                break
        assert len(told) == 1

    @invariant()
    def each_was_encrypted_with_secrets_of_its_own_for_its_own_device(self) -> None:
        assert_single_use(body for _, body in self.sent)
        for device, body in self.sent[-3:]:
            assert device.read(body)["title"] == NOTICE.title

    def teardown(self) -> None:
        Endpoint.objects.filter(channel="webpush").delete()


@pytest.mark.django_db
def test_no_set_is_used_twice(cast: Cast) -> None:
    Workers.kim = cast.kim
    checks: Any = [HealthCheck.too_slow]
    budget = settings(max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(Workers, settings=budget)
