"""`otayori deliveries`: an operator looks, asks why, and lets failed ones go out again; no name is shown."""

from datetime import timedelta
from uuid import uuid4

import pytest

from otayori.core import clock
from otayori.core.ids import new_id
from otayori.delivery import health
from otayori.delivery.claim import claim
from otayori.delivery.contents import Contents
from otayori.delivery.models import Batch, Delivery, Endpoint, Slice
from otayori.delivery.overview import open_batches
from otayori.delivery.parcel import Outcome, Urgency, Verdict
from otayori.delivery.settle import settle
from otayori.ops.cli import main
from otayori.ops.deliveries_command import explain, retry_failed, status
from otayori.ops.trouble import Trouble
from tests.cast import Cast
from tests.console.message_stories import draft, released, whole
from tests.console.push_first import half_an_hour_later, to_come
from tests.delivery.ledger import write_rows

pytestmark = pytest.mark.django_db

Said = pytest.CaptureFixture[str]
NAMES = ("キム", "山田", "遠足", "kim@", "yamada@", "桜小学校")


def said(capsys: Said) -> str:
    text = capsys.readouterr().out
    assert not [name for name in NAMES if name in text]
    return text


def refuse_push(batch: Batch) -> None:
    """Every push service says that the device is gone."""
    taken = claim(batch.lane, "webpush", 100, Contents())
    gone = [Outcome(delivery_id, Verdict.PERMANENT, "http 410") for delivery_id in taken.tries]
    settle(gone, taken.tries, taken.slices)


def test_status_counts_what_is_under_way(cast: Cast, capsys: Said) -> None:
    message, _at = half_an_hour_later(cast)
    other = released(cast.suzuki, cast.sakura, whole(cast.sakura), urgency=Urgency.EMERGENCY)
    assert other.batch is not None
    refuse_push(other.batch)
    draft(cast.suzuki, cast.sakura)
    status()
    text = said(capsys)
    assert "open batches: 2" in text
    assert text.index(str(other.batch_id)) < text.index(str(message.batch_id))
    (waiting,) = [line for line in text.splitlines() if str(message.batch_id) in line and "email" in line]
    assert "due 0" in waiting
    assert "later 2" in waiting
    (mail,) = [line for line in text.splitlines() if str(other.batch_id) in line and "email" in line]
    assert "due 4" in mail
    assert "oldest due" in mail
    (push,) = [line for line in text.splitlines() if str(other.batch_id) in line and "webpush" in line]
    assert "failed 2" in push
    assert "workers alive: 0" in text
    assert "no worker" in text
    health.beat(new_id(), "host-1:42", clock.now())
    health.note("email", False, "connect")
    status()
    text = said(capsys)
    assert "host-1:42" in text
    assert "× email: connect" in text
    assert main(["deliveries", "status"]) == 0
    assert said(capsys) == text


NOW = timedelta(0)
HOUR = timedelta(hours=1)


def at(values: dict[str, object]) -> dict[str, object]:
    """The same with moments in place of spans from now."""
    return {k: clock.now() + v if isinstance(v, timedelta) else v for k, v in values.items()}


@pytest.mark.parametrize(
    ("row", "batch", "words"),
    [
        ({"due_at": -HOUR}, {}, "no worker is alive"),
        ({"due_at": HOUR, "code": "451 4.3.0", "attempt": 3}, {}, "given up at"),
        ({}, {"stopped_at": NOW}, "the batch was stopped"),
        ({}, {"deadline": -HOUR}, "the deadline has passed"),
        ({"status": "sending", "leased_until": HOUR}, {}, "a worker is handing it over"),
        ({"status": "sending", "leased_until": -HOUR}, {}, "its lease ran out"),
        ({"status": "sent", "code": "250"}, {}, "a bounce may still come"),
        ({"status": "failed", "code": "550 5.1.1"}, {}, "retry-failed"),
        ({"status": "cancelled", "code": "read"}, {}, "the push was read"),
        ({"status": "cancelled", "code": "expired"}, {}, "the deadline had passed"),
    ],
)
def test_explain_tells_what_happens_next(
    cast: Cast, capsys: Said, row: dict[str, object], batch: dict[str, object], words: str
) -> None:
    released(cast.suzuki, cast.sakura, whole(cast.sakura))
    write_rows()
    Delivery.objects.update(**at(row))
    Batch.objects.update(**at(batch))
    one = Delivery.objects.filter(endpoint__guardian=cast.kim).get()
    explain(one.id)
    text = said(capsys)
    assert words in text
    assert "mail.example" in text  # the receiving domain
    explain(batch_id=one.batch_id, endpoint_id=one.endpoint_id)
    assert said(capsys) == text


@pytest.mark.parametrize(
    ("piece", "batch", "words"),
    [
        ({"due_at": -HOUR}, {}, "no worker is alive"),
        ({"due_at": HOUR}, {}, "unless read until then"),
        ({"leased_until": HOUR}, {}, "held by a worker for its first try"),
        ({"leased_until": -HOUR}, {}, "no worker is alive"),  # whoever held it did not finish
        ({"due_at": HOUR}, {"stopped_at": NOW}, "the batch was stopped"),
        ({}, {"deadline": -HOUR}, "the deadline has passed"),
    ],
)
def test_explain_knows_what_has_no_row_yet(
    cast: Cast, capsys: Said, piece: dict[str, object], batch: dict[str, object], words: str
) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    Slice.objects.update(**at(piece))
    Batch.objects.update(**at(batch))
    (cut,) = to_come(message)
    kim = cast.kim.endpoints.get()
    explain(batch_id=message.batch_id, endpoint_id=kim.id)
    text = said(capsys)
    assert words in text
    assert "mail.example" in text
    explain(cut.delivery_ids[cut.endpoint_ids.index(kim.id)])
    assert said(capsys) == text
    assert not Delivery.objects.exists()
    Endpoint.objects.filter(id=kim.id).delete()
    with pytest.raises(Trouble, match="no such delivery"):
        explain(batch_id=message.batch_id, endpoint_id=kim.id)


def test_status_tells_a_slice_that_is_held_from_what_it_has_settled(cast: Cast, capsys: Said) -> None:
    """A worker holds four mails; one was refused for now and waits, one has gone."""
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    taken = claim("normal", "email", 100, Contents())
    first, second, *_rest = taken.tries
    settle([Outcome(first, Verdict.TRANSIENT, "451 4.3.0"), Outcome(second, Verdict.SENT)], taken.tries)
    (line,) = open_batches()
    assert (line.batch_id, line.channel) == (message.batch_id, "email")
    assert (line.due, line.resting, line.later, line.sending, line.failed) == (0, 1, 0, 2, 0)
    assert line.oldest_due is None
    status()
    assert "sending 2" in said(capsys)


def test_retry_says_how_many_and_what_is_in_the_way(cast: Cast, capsys: Said) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    write_rows()
    Delivery.objects.update(status="failed", code="554 5.7.1")
    assert message.batch_id is not None
    retry_failed(message.batch_id, reason="直した", prefix="554")
    assert "4 deliveries are queued again" in said(capsys)
    Batch.objects.update(stopped_at=clock.now())
    for batch, reason, words in (
        (message.batch_id, "x", "The batch was stopped."),
        (uuid4(), "x", "There is no such batch."),
        (message.batch_id, " ", "Give a reason"),
    ):
        with pytest.raises(Trouble, match=words):
            retry_failed(batch, reason=reason, prefix="")
    with pytest.raises(Trouble, match="no such delivery"):
        explain(0)
    with pytest.raises(Trouble, match="Give an id"):
        explain(batch_id=message.batch_id)


def test_the_command_line_asks_for_a_reason(capsys: Said) -> None:
    with pytest.raises(SystemExit):
        main(["deliveries", "retry-failed", str(uuid4())])
    assert "--reason" in capsys.readouterr().err
