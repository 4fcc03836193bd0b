"""Workers that are killed, stopped, in company, or asked for something urgent."""

import signal

import pytest
from django.utils import timezone

from otayori.delivery import release
from otayori.delivery.models import Endpoint, Worker
from otayori.delivery.parcel import Urgency
from otayori.ops.postgres import EmbeddedPostgres
from tests.cast import Cast
from tests.delivery.ledger import guardians, release_to
from tests.delivery.smtp_server import SmtpServer, Trouble
from tests.stories.processes import (
    environment,
    lose_leases,
    ready,
    settled,
    standing,
    statuses,
    until,
    worker,
)
from tests.stories.relay import addresses, copies, message_ids, slow_relay

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

MANY = 2000


def received(relay: SmtpServer, count: int) -> None:
    until(lambda: len(relay.received) >= count, f"the relay has {count} mails")


def open_addresses(status: str) -> set[str]:
    """The addresses of the deliveries in this status."""
    of_status = [endpoint_id for endpoint_id, found in standing() if found == status]
    return {endpoint.address for endpoint in Endpoint.objects.filter(id__in=of_status)}


def test_a_killed_worker_s_deliveries_are_finished_by_another(cast: Cast, postgres: EmbeddedPostgres) -> None:
    people = guardians(MANY)
    with slow_relay(0.002).running_in_thread() as relay:
        environ = environment(postgres, relay.url("?starttls=never"))
        with worker(environ) as killed:
            ready()
            release_to(people)
            received(relay, 700)
            killed.kill()
            killed.wait()
        until(lambda: not relay._open, "the relay notices that the connections are gone")
        leased, before = open_addresses("sending"), copies(relay)
        assert leased, "the worker was killed too late for this story"
        relay.rules.clear()
        lose_leases()
        with worker(environ):
            settled()

    after = copies(relay)
    assert set(after) == addresses(MANY)
    assert statuses() == {"sent": MANY}
    twice = {address for address, count in after.items() if count > 1}
    assert twice == leased & set(before)  # what the dead worker had sent without having written it down
    assert max(after.values()) <= 2
    assert all(len(message_ids(relay, address)) == 1 for address in twice)


def test_a_killed_worker_is_missed_on_its_host_long_before_its_leases_end(
    cast: Cast, postgres: EmbeddedPostgres
) -> None:
    people = guardians(MANY)
    with slow_relay(0.002).running_in_thread() as relay:
        environ = environment(postgres, relay.url("?starttls=never"))
        with worker(environ) as killed:
            ready()
            release_to(people, urgency=Urgency.EMERGENCY)
            received(relay, 300)
            killed.kill()
            killed.wait()
        assert open_addresses("sending"), "the worker was killed too late for this story"
        relay.rules.clear()
        with worker(environ):
            settled(patience=60)  # a lease lasts 90 s
            assert Worker.objects.count() == 1

    assert set(copies(relay)) == addresses(MANY)
    assert statuses() == {"sent": MANY}


def test_a_worker_asked_to_stop_settles_what_it_holds(cast: Cast, postgres: EmbeddedPostgres) -> None:
    people = guardians(MANY)
    with slow_relay(0.01).running_in_thread() as relay:
        environ = environment(postgres, relay.url("?starttls=never"))
        with worker(environ) as stopped:
            ready()
            release_to(people)
            received(relay, 100)
            stopped.send_signal(signal.SIGTERM)
            assert stopped.wait(30) == 0
        assert "sending" not in statuses()
        assert open_addresses("sent") == set(copies(relay))
        assert open_addresses("queued"), "the worker was stopped too late for this story"
        relay.rules.clear()
        with worker(environ):
            settled()

    assert copies(relay) == dict.fromkeys(addresses(MANY), 1)


def test_two_workers_share_the_work_and_nothing_goes_twice(cast: Cast, postgres: EmbeddedPostgres) -> None:
    people = guardians(MANY)
    with SmtpServer().running_in_thread() as relay:
        environ = environment(postgres, relay.url("?starttls=never"))
        with worker(environ), worker(environ):
            ready(workers=2)
            release_to(people)
            settled()

    assert copies(relay) == dict.fromkeys(addresses(MANY), 1)
    assert statuses() == {"sent": MANY}


def test_an_emergency_does_not_wait_behind_five_thousand(cast: Cast, postgres: EmbeddedPostgres) -> None:
    everybody, some = guardians(5000), guardians(50, prefix="urgent")
    urgent = addresses(50, prefix="urgent")
    with (
        slow_relay(0.005).running_in_thread() as relay,
        worker(environment(postgres, relay.url("?starttls=never"))),
    ):
        ready()
        release_to(everybody, urgency=Urgency.NORMAL)
        received(relay, 20)
        release_to(some, urgency=Urgency.EMERGENCY)
        until(lambda: urgent <= set(copies(relay)), "the emergency has arrived everywhere")
        relay.rules.clear()  # the rest may go quickly
        settled()

    order = [mail.recipient in urgent for mail in relay.received]
    last_urgent = len(order) - 1 - order[::-1].index(True)
    overtaken = order[last_urgent:].count(False)
    assert overtaken > 2500
    assert copies(relay) == dict.fromkeys(addresses(5000) | urgent, 1)


def test_a_relay_that_hangs_with_one_emergency_does_not_hold_up_the_next(
    cast: Cast, postgres: EmbeddedPostgres
) -> None:
    first, later = guardians(1, prefix="first"), guardians(20, prefix="later")
    relay = SmtpServer()
    relay.answer("END", Trouble.HANG, to="first0@mail.example")
    with relay.running_in_thread(), worker(environment(postgres, relay.url("?starttls=never"))) as process:
        ready()
        release_to(first, urgency=Urgency.EMERGENCY)
        until(lambda: "DATA" in relay.commands, "the relay has the first one and says nothing")
        release_to(later, urgency=Urgency.EMERGENCY)
        until(lambda: statuses() == {"sent": 20, "sending": 1}, "the later ones are through", patience=40)
        process.kill()

    assert copies(relay) == dict.fromkeys(addresses(20, prefix="later"), 1)


def test_what_waits_when_a_batch_is_stopped_is_never_sent(cast: Cast, postgres: EmbeddedPostgres) -> None:
    people = guardians(3000)
    with (
        slow_relay(0.003).running_in_thread() as relay,
        worker(environment(postgres, relay.url("?starttls=never"))),
    ):
        ready()
        batch = release_to(people)
        received(relay, 50)
        waiting = release.stop(batch, timezone.now())
        relay.rules.clear()
        settled()

    assert waiting > 0
    assert statuses() == {"sent": 3000 - waiting, "cancelled": waiting}
    assert copies(relay) == dict.fromkeys(open_addresses("sent"), 1)
