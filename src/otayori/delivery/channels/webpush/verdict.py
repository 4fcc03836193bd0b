"""Decides what an answer of a push service means for a delivery (RFC 8030). Pure."""

from otayori.delivery.channels.webpush.exchange import Answer, Failure
from otayori.delivery.parcel import Outcome, Verdict

_GONE = (404, 410)  # RFC 8030 7.3: the subscription has expired or was cancelled
_PASSING = (408, 425)  # request time-out, too early


def judge(delivery_id: int, answer: Answer) -> Outcome:
    """The outcome of one delivery.

    401 and 403 say that the push service does not accept who we are: a wrong clock, a `sub` it dislikes
    (Apple: BadJwtToken), or a subscription made with another key. Only the last is the subscription's
    fault, and each service tells it in a body of its own, if at all. Were the endpoint given up here, one
    wrong clock would unsubscribe a whole ward; so the delivery fails (mail takes over) and the endpoint
    stays. Subscriptions of a former key are told by the key stored with them, before anything is sent
    (`channel.py`).
    """
    if answer.failure in (Failure.PAUSED, Failure.BUSY):
        return Outcome(delivery_id, Verdict.THROTTLED, answer.failure.value, retry_after=answer.retry_after)
    if answer.failure is not None:
        verdict = Verdict.UNKNOWN if answer.failure is Failure.LOST else Verdict.TRANSIENT
        return Outcome(delivery_id, verdict, answer.failure.value)
    status = answer.status
    code = f"http {status}"
    if 200 <= status < 300:
        return Outcome(delivery_id, Verdict.SENT, code)
    if answer.is_refusal:
        return Outcome(delivery_id, Verdict.THROTTLED, code, retry_after=answer.retry_after)
    if status >= 500 or status < 400 or status in _PASSING:  # redirects are not followed
        return Outcome(delivery_id, Verdict.TRANSIENT, code)
    return Outcome(delivery_id, Verdict.PERMANENT, code, endpoint_dead=status in _GONE)
