"""What each answer of a push service means: a table."""

import pytest

from otayori.delivery.channels.webpush.exchange import Answer, Failure
from otayori.delivery.channels.webpush.verdict import judge
from otayori.delivery.parcel import Outcome, Verdict


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(201), Outcome(1, Verdict.SENT, "http 201")),
        (Answer(200), Outcome(1, Verdict.SENT, "http 200")),
        (Answer(202), Outcome(1, Verdict.SENT, "http 202")),
        (Answer(404), Outcome(1, Verdict.PERMANENT, "http 404", endpoint_dead=True)),
        (Answer(410), Outcome(1, Verdict.PERMANENT, "http 410", endpoint_dead=True)),
        (Answer(400), Outcome(1, Verdict.PERMANENT, "http 400")),
        (Answer(401), Outcome(1, Verdict.PERMANENT, "http 401")),
        (Answer(403), Outcome(1, Verdict.PERMANENT, "http 403")),
        (Answer(413), Outcome(1, Verdict.PERMANENT, "http 413")),
        (Answer(429), Outcome(1, Verdict.THROTTLED, "http 429")),
        (Answer(429, retry_after=30.0), Outcome(1, Verdict.THROTTLED, "http 429", retry_after=30.0)),
        (Answer(503, retry_after=5.0), Outcome(1, Verdict.THROTTLED, "http 503", retry_after=5.0)),
        (Answer(503), Outcome(1, Verdict.TRANSIENT, "http 503")),
        (Answer(500), Outcome(1, Verdict.TRANSIENT, "http 500")),
        (Answer(502), Outcome(1, Verdict.TRANSIENT, "http 502")),
        (Answer(307), Outcome(1, Verdict.TRANSIENT, "http 307")),
        (Answer(408), Outcome(1, Verdict.TRANSIENT, "http 408")),
        (Answer(failure=Failure.CONNECT), Outcome(1, Verdict.TRANSIENT, "connect")),
        (Answer(failure=Failure.TLS), Outcome(1, Verdict.TRANSIENT, "connect tls")),
        (Answer(failure=Failure.DNS), Outcome(1, Verdict.TRANSIENT, "connect dns")),
        (Answer(failure=Failure.TIMEOUT), Outcome(1, Verdict.TRANSIENT, "timeout")),
        (Answer(failure=Failure.BROKEN), Outcome(1, Verdict.TRANSIENT, "broken")),
        (Answer(failure=Failure.CLOSED), Outcome(1, Verdict.TRANSIENT, "closed")),
        (
            Answer(failure=Failure.PAUSED, retry_after=9.0),
            Outcome(1, Verdict.THROTTLED, "paused", retry_after=9.0),
        ),
        (
            Answer(failure=Failure.BUSY, retry_after=5.0),
            Outcome(1, Verdict.THROTTLED, "busy", retry_after=5.0),
        ),
        (Answer(failure=Failure.LOST), Outcome(1, Verdict.UNKNOWN, "no answer")),
    ],
    ids=lambda value: value.code if isinstance(value, Outcome) else "",
)
def test_answers(answer: Answer, outcome: Outcome) -> None:
    assert judge(1, answer) == outcome
