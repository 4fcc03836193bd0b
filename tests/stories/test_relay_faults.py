"""The relay says not now, is away, or knows some addresses no more."""

import pytest

from otayori.delivery import health
from otayori.delivery.models import Delivery, Endpoint
from otayori.ops.postgres import EmbeddedPostgres
from tests.cast import Cast
from tests.delivery.ledger import guardians, release_to
from tests.delivery.smtp_server import SmtpServer
from tests.stories.processes import environment, ready, settled, statuses, until, worker
from tests.stories.relay import addresses, copies, free_port, message_ids

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def test_try_again_later_is_tried_again_later(cast: Cast, postgres: EmbeddedPostgres) -> None:
    relay = SmtpServer()
    relay.answer("RCPT", "451 4.3.0 mail system not ready", times=5)
    relay.answer("END", "451 4.3.0 disk is being mended", times=5)
    with relay.running_in_thread(), worker(environment(postgres, relay.url("?starttls=never"))):
        ready()
        batch = release_to(guardians(30))
        settled()

    assert copies(relay) == dict.fromkeys(addresses(30), 1)
    rows = Delivery.objects.select_related("endpoint")
    assert sorted(row.attempt for row in rows) == [1] * 20 + [2] * 10
    for row in rows:  # the id is made of batch and endpoint: a second try carries the first one's
        assert message_ids(relay, row.endpoint.address) == {f"<{batch.id}.{row.endpoint_id}@ward.example>"}


def test_a_relay_that_is_away_is_waited_for_and_staff_are_told(
    cast: Cast, postgres: EmbeddedPostgres
) -> None:
    relay = SmtpServer(port=free_port())
    with worker(environment(postgres, relay.url("?starttls=never"))):
        ready()
        release_to(guardians(50))
        until(lambda: [(t.channel, t.code) for t in health.troubles()] == [("email", "connect")], "trouble")
        until(lambda: not Delivery.objects.filter(attempt__lt=2).exists(), "all have been tried twice")
        assert statuses().keys() <= {"queued", "sending"}
        with relay.running_in_thread():
            settled()
            until(lambda: not health.troubles(), "trouble is over")

    assert copies(relay) == dict.fromkeys(addresses(50), 1)
    assert statuses() == {"sent": 50}


def test_addresses_that_are_no_more_fail_alone(cast: Cast, postgres: EmbeddedPostgres) -> None:
    people = guardians(40)
    gone = {f"g{n}@mail.example" for n in (3, 17, 39)}
    relay = SmtpServer()
    for address in gone:
        relay.answer("RCPT", "550 5.1.1 user unknown", to=address)
    with relay.running_in_thread(), worker(environment(postgres, relay.url("?starttls=never"))):
        ready()
        release_to(people)
        settled()
        release_to(people)  # the next message leaves them out
        settled()

    assert copies(relay) == dict.fromkeys(addresses(40) - gone, 2)
    failed = Delivery.objects.filter(status="failed").select_related("endpoint")
    assert {(row.endpoint.address, row.code, row.attempt) for row in failed} == {
        (address, "550 5.1.1", 1) for address in gone
    }
    disabled = Endpoint.objects.filter(state=Endpoint.State.DISABLED)
    assert {endpoint.address for endpoint in disabled} == gone
    assert statuses() == {"sent": 37 * 2, "failed": 3}
