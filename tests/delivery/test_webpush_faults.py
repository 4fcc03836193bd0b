"""The web push channel when push services refuse, hang, break off or are not there."""

import asyncio
import email.utils
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from otayori.delivery.channels.webpush import WebPushChannel
from otayori.delivery.channels.webpush.exchange import Limits
from otayori.delivery.parcel import Outcome, Urgency, Verdict
from otayori.delivery.parcel import outcomes as collect
from tests.delivery.push_notices import address, deliver, long_letter, notice, parcel, to, use
from tests.delivery.push_server import CLOSE, HANG, Answer, Device, PushServer


@pytest.fixture
def service() -> Iterator[PushServer]:
    with PushServer() as server:
        yield server


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(200), Outcome(1, Verdict.SENT, "http 200")),
        (Answer(404), Outcome(1, Verdict.PERMANENT, "http 404", endpoint_dead=True)),
        (Answer(410, body=b'{"reason":"Unregistered"}'), Outcome(1, Verdict.PERMANENT, "http 410", True)),
        (Answer(403, body=b'{"reason":"BadJwtToken"}'), Outcome(1, Verdict.PERMANENT, "http 403")),
        (Answer(413), Outcome(1, Verdict.PERMANENT, "http 413")),
        (Answer(429), Outcome(1, Verdict.THROTTLED, "http 429")),
        (
            Answer(429, (("Retry-After", "120"),)),
            Outcome(1, Verdict.THROTTLED, "http 429", retry_after=120.0),
        ),
        (Answer(503, (("Retry-After", "7"),)), Outcome(1, Verdict.THROTTLED, "http 503", retry_after=7.0)),
        (Answer(500, body=b"x" * 200_000), Outcome(1, Verdict.TRANSIENT, "http 500")),
        (CLOSE, Outcome(1, Verdict.UNKNOWN, "no answer")),
    ],
)
def test_what_an_answer_leads_to(service: PushServer, answer: Answer, outcome: Outcome) -> None:
    service.always = answer

    assert deliver(to(service)) == {1: outcome}


def test_a_pause_until_a_date(service: PushServer) -> None:
    later = datetime.now(UTC) + timedelta(seconds=600)
    service.always = Answer(429, (("Retry-After", email.utils.format_datetime(later, usegmt=True)),))

    outcome = deliver(to(service))[1]

    assert outcome.verdict is Verdict.THROTTLED
    assert outcome.retry_after is not None
    assert 500 < outcome.retry_after <= 600


def test_a_redirect_is_not_followed(service: PushServer) -> None:
    service.script("/kim", Answer(307, (("Location", f"{service.origin}/inside"),)))

    assert deliver(to(service))[1].verdict is Verdict.TRANSIENT
    assert service.received("/inside") == []


def test_a_push_service_that_does_not_answer_may_have_taken_it(service: PushServer) -> None:
    service.script("/kim", HANG)

    outcomes = deliver(
        to(service), to(service, "/alvarez", 2), limits=Limits(connect_timeout=0.2, total_timeout=0.3)
    )

    assert outcomes[1] == Outcome(1, Verdict.UNKNOWN, "no answer")
    assert outcomes[2].verdict is Verdict.SENT


def test_what_still_waits_behind_a_hanging_push_service_was_not_sent(service: PushServer) -> None:
    service.always = HANG
    letters = [to(service, f"/{number}", number) for number in range(6)]

    outcomes = deliver(*letters, limits=Limits(max_connections=2, connect_timeout=0.2, total_timeout=0.3))

    arrived = {int(request.path[1:]) for request in service.requests}
    assert arrived
    for number, outcome in outcomes.items():
        sure = Verdict.UNKNOWN if number in arrived else Verdict.THROTTLED
        assert outcome.verdict is sure


def test_a_push_service_that_is_down_fails_its_queue_at_once_and_no_other(service: PushServer) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, not listening: refuses
        down = f"http://127.0.0.1:{closed.getsockname()[1]}"
        letters = [parcel(n, address(Device(down, f"/{n}")), notice()) for n in range(1, 60)]

        outcomes = deliver(*letters, to(service, delivery_id=99))

    assert outcomes.pop(99).verdict is Verdict.SENT
    assert {(o.verdict, o.code) for o in outcomes.values()} == {(Verdict.TRANSIENT, "connect")}


def test_an_emergency_starts_while_a_push_service_hangs_with_leaflets(service: PushServer) -> None:
    leaflets = [to(service, f"/leaflet/{n}", n, urgency=Urgency.LEAFLET) for n in range(20)]
    for leaflet in leaflets:
        service.script(json.loads(leaflet.address)["endpoint"].removeprefix(service.origin), HANG)

    async def both(channel: WebPushChannel) -> list[Outcome]:
        hanging = asyncio.create_task(collect(channel, leaflets))
        while not service.requests:
            await asyncio.sleep(0.01)
        urgent = await collect(channel, [to(service, "/emergency", 100, urgency=Urgency.EMERGENCY)])
        assert not hanging.done()
        await channel.close()
        return urgent + await hanging

    outcomes = use(both)

    assert outcomes[100].verdict is Verdict.SENT
    assert {outcomes[n].verdict for n in range(20)} == {Verdict.UNKNOWN, Verdict.TRANSIENT}  # closed first


def test_a_push_service_that_hangs_holds_back_no_other_outcome(service: PushServer) -> None:
    service.script("/0", HANG)
    letters = [to(service, f"/{number}", number) for number in range(100)]

    async def while_one_hangs(channel: WebPushChannel) -> list[Outcome]:
        told: list[Outcome] = []
        sending = asyncio.create_task(channel.send(letters, told.append))
        while len(told) < 99:
            await asyncio.sleep(0.01)
        assert not sending.done()
        await channel.close()
        await sending
        return told

    outcomes = use(while_one_hangs)

    assert outcomes.pop(0).verdict is Verdict.UNKNOWN
    assert {outcome.verdict for outcome in outcomes.values()} == {Verdict.SENT}


def test_what_waits_for_a_push_service_that_pauses_comes_again_and_others_go_on(service: PushServer) -> None:
    letters = [to(service, f"/{number}", number) for number in range(100)]
    with PushServer(always=Answer(429, (("Retry-After", "120"),))) as strict:
        refused = [to(strict, f"/{number}", 1000 + number) for number in range(100)]
        emergency = to(strict, "/emergency", 5000, urgency=Urgency.EMERGENCY)
        strict.script("/emergency", Answer(201))

        async def both(channel: WebPushChannel) -> list[Outcome]:
            first = await collect(channel, [*refused, *letters])
            return first + await collect(channel, [emergency])

        outcomes = use(both)

        assert len(strict.requests) < 20
    assert outcomes.pop(5000).verdict is Verdict.SENT  # an emergency is worth a try
    assert {o.verdict for n, o in outcomes.items() if n < 100} == {Verdict.SENT}
    paused = [outcome for number, outcome in outcomes.items() if number >= 1000]
    assert {(o.verdict, o.code) for o in paused} == {
        (Verdict.THROTTLED, "http 429"),
        (Verdict.THROTTLED, "paused"),
    }
    assert all(110 < (o.retry_after or 0) <= 120 for o in paused)


def test_what_waits_for_a_push_service_that_hangs_is_told_soon_and_tried_anew(service: PushServer) -> None:
    """Its connection may be dead without a word: the next try is over a new one."""
    service.always = HANG
    limits = Limits(hang_after=0.3, busy_for=0.3)
    letters = [to(service, f"/{number}", number) for number in range(50)]

    async def twice(channel: WebPushChannel) -> list[Outcome]:
        told: list[Outcome] = []
        hanging = asyncio.create_task(channel.send(letters, told.append))
        while not told:
            await asyncio.sleep(0.01)
        service.always = Answer(201)
        await asyncio.sleep(0.4)
        again = await collect(channel, [to(service, "/again", 100)])
        await channel.close()
        await hanging
        return told + again

    outcomes = use(twice, limits=limits)

    assert outcomes.pop(100).verdict is Verdict.SENT
    busy = [outcome for outcome in outcomes.values() if outcome.verdict is Verdict.THROTTLED]
    assert len(busy) > 40
    assert {outcome.code for outcome in busy} == {"busy"}


def test_firefox_on_android_gets_a_shorter_text_instead_of_nothing(service: PushServer) -> None:
    kim = Device(service.origin, "/kim")
    service.script("/kim", Answer(413))

    outcomes = deliver(parcel(1, address(kim), notice(text=long_letter(5000))))

    assert outcomes == {1: Outcome(1, Verdict.SENT, "http 201")}
    refused, taken = service.received("/kim")
    assert len(refused.body) > 3800
    assert len(taken.body) < 2900
    assert kim.read(taken.body)["more"] is True


def test_a_push_too_long_for_anybody_is_given_up_after_the_short_one(service: PushServer) -> None:
    service.always = Answer(413)

    assert deliver(to(service, text=long_letter(5000))) == {1: Outcome(1, Verdict.PERMANENT, "http 413")}
    assert len(service.requests) == 2
