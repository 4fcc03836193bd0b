"""One parcel on its way to a push service: made into a post when its turn comes, told when it is answered."""

import logging
from collections.abc import Callable

from otayori.delivery.channels.webpush.encryption import (
    MAX_PAYLOAD,
    OVERHEAD,
    Armed,
    arm,
    fingerprint,
    seal,
)
from otayori.delivery.channels.webpush.exchange import Answer, Post
from otayori.delivery.channels.webpush.letter import Letter
from otayori.delivery.channels.webpush.payload import SMALL_PAYLOAD
from otayori.delivery.channels.webpush.subscription import Subscription
from otayori.delivery.channels.webpush.verdict import judge
from otayori.delivery.parcel import Outcome, Parcel, Verdict

logger = logging.getLogger(__name__)

_TOO_LARGE = 413


class ParcelErrand:
    """See `queueing.Errand`. `put` takes its one outcome, in the driver's thread."""

    __slots__ = ("_armed", "_letter", "_limit", "_parcel", "_put", "_size", "_to", "origin", "urgent")

    def __init__(
        self, parcel: Parcel, to: Subscription, letter: Letter, put: Callable[[Outcome], None]
    ) -> None:
        self.origin = to.origin
        self.urgent = letter.urgent
        self._parcel = parcel
        self._to = to
        self._letter = letter
        self._put = put
        self._armed = parcel.armed
        self._limit = MAX_PAYLOAD
        self._size = 0

    def post(self) -> Post | None:
        """Encrypt and address it. A parcel that this chokes on must not stop the others."""
        try:
            return self._post()
        except Exception:
            logger.exception("a push could not be made")
            return self._fail(Verdict.TRANSIENT, "error")

    def settle(self, answer: Answer) -> bool:
        """Tell what became of it; too large for this browser's push service, it goes again, shorter.

        Firefox on Android takes less than it should: it gets a shorter text and fetches the page.
        """
        if answer.status == _TOO_LARGE and self._size > SMALL_PAYLOAD + OVERHEAD:
            self._limit = SMALL_PAYLOAD
            return True
        self._put(judge(self._parcel.delivery_id, answer))
        return False

    def _post(self) -> Post | None:
        if self._letter.is_late:  # it waited for its turn too long: the sweep writes it off
            return self._fail(Verdict.TRANSIENT, "deadline")
        try:
            payload = self._letter.payload(self._limit)
        except ValueError:
            return self._fail(Verdict.PERMANENT, "too long")
        try:
            body = seal(payload, self._take_armed())
        except ValueError:  # the browser's point is not on the curve
            return self._fail(Verdict.PERMANENT, "bad p256dh", endpoint_dead=True)
        self._size = len(body)
        return Post(self.origin, self._to.endpoint, self._letter.headers(self.origin), body)

    def _take_armed(self) -> Armed:
        """The set that came with the parcel, the first time, where it fits; else one made now."""
        packed, self._armed = self._armed, b""
        if packed and packed.startswith(fingerprint(self._to.p256dh, self._to.auth)):
            return Armed.unpack(packed)
        return arm(self._to.p256dh, self._to.auth)

    def _fail(self, verdict: Verdict, code: str, *, endpoint_dead: bool = False) -> Post | None:
        self._put(Outcome(self._parcel.delivery_id, verdict, code, endpoint_dead=endpoint_dead))
        return None


class Greeting:
    """An errand that asks for nothing but a connection."""

    urgent = True

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def post(self) -> Post:
        """A HEAD of the push service's root, which no push service minds."""
        return Post(self.origin, self.origin + "/", (), None)

    def settle(self, _answer: Answer) -> bool:
        """Whatever it said."""
        return False
