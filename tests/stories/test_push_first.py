"""Push first, then mail for who has not read; and a message that goes out at its time, by a real worker."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from otayori.core import clock
from otayori.delivery.models import Batch, Delivery, Slice
from otayori.messaging.models import Message
from otayori.messaging.reading import mark_read
from otayori.ops.postgres import EmbeddedPostgres
from tests.cast import Cast
from tests.console.message_stories import released, scheduled, whole
from tests.delivery.push_server import Device, PushServer
from tests.delivery.smtp_server import SmtpServer
from tests.stories.processes import environment, ready, settled, statuses, until, worker
from tests.stories.relay import copies
from tests.stories.test_push_faults import subscribe

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def let_the_hour_pass(batch: Batch) -> None:
    """As if it were time for the mails to who has not read."""
    Slice.objects.filter(batch=batch, due_at__gt=Now()).update(due_at=Now() - timedelta(seconds=1))


def test_who_reads_the_push_gets_no_mail_and_who_does_not_gets_one(
    cast: Cast, postgres: EmbeddedPostgres
) -> None:
    with PushServer() as service, SmtpServer().running_in_thread() as relay:
        phones = {"/kim": cast.kim, "/yamada": cast.yamada}
        devices = {path: Device(service.origin, path) for path in phones}
        for path, person in phones.items():
            subscribe(person, devices[path])
        with worker(environment(postgres, relay.url("?starttls=never"))):
            ready()
            message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
            settled()
            assert statuses() == {"sent": 4, "later": 2}
            for path, device in devices.items():
                (push,) = service.received(path)
                assert device.read(push.body)["title"] == "明日の遠足"
            assert set(copies(relay)) == {"alvarez@mail.example", "watanabe@mail.example"}

            assert mark_read(cast.kim, [message.id]) == 1
            assert message.batch is not None
            let_the_hour_pass(message.batch)
            until(lambda: relay.mails_to("yamada@mail.example"), "Yamada, who has not read, gets the mail")
            settled()

    assert not relay.mails_to("kim@mail.example")
    assert copies(relay) == dict.fromkeys(
        ("alvarez@mail.example", "watanabe@mail.example", "yamada@mail.example"), 1
    )
    assert len(service.requests) == 2
    spared = Delivery.objects.get(endpoint__guardian=cast.kim, channel="email")
    assert (spared.status, spared.code) == ("cancelled", "read")


def test_a_scheduled_message_is_released_and_sent_at_its_time(cast: Cast, postgres: EmbeddedPostgres) -> None:
    with (
        SmtpServer().running_in_thread() as relay,
        worker(environment(postgres, relay.url("?starttls=never"))),
    ):
        ready()
        soon = clock.now() + timedelta(seconds=4)
        message = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura), release_at=soon)
        until(lambda: len(relay.received) == 4, "it has reached everybody")
        settled()

    sent = Message.objects.get(id=message.id)
    assert (sent.state, sent.returned) == ("released", "")
    assert sent.released_at is not None
    assert sent.released_at >= soon
    assert set(copies(relay).values()) == {1}
    assert statuses() == {"sent": 4}
