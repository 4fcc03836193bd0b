"""What all pushes of one content share: the payload, and the headers towards each push service."""

import base64
from collections.abc import Callable

from otayori.delivery.channels.webpush.payload import render
from otayori.delivery.channels.webpush.vapid import Vapid
from otayori.delivery.parcel import Content, Urgency

_DAY = 24 * 3600
_MAX_TTL = 28 * _DAY  # FCM refuses more

_URGENCY = {
    Urgency.EMERGENCY: "high",
    Urgency.IMPORTANT: "high",
    Urgency.NORMAL: "normal",
    Urgency.LEAFLET: "low",  # RFC 8030 5.3: waits until the phone is awake anyway
}
# How long (seconds) a push service keeps a message for a phone that is off, where the sender set no deadline.
# An emergency must still reach the phone that was off over night, and says when it was sent; what is true
# for an hour only has a deadline. The others must reach the phone left at home over the holidays.
_TTL = {
    Urgency.EMERGENCY: _DAY,
    Urgency.IMPORTANT: 14 * _DAY,
    Urgency.NORMAL: 14 * _DAY,
    Urgency.LEAFLET: 14 * _DAY,
}


class Letter:
    """One content on its way. Lives as long as a call of the channel."""

    def __init__(self, content: Content, vapid: Vapid, clock: Callable[[], float]) -> None:
        self.urgent = content.urgency is Urgency.EMERGENCY
        self._content = content
        self._vapid = vapid
        self._clock = clock
        self._payloads: dict[int, bytes] = {}
        self._headers: dict[str, tuple[int, tuple[str, ...]]] = {}

    @property
    def is_late(self) -> bool:
        """Whether the deadline has passed: nothing may be handed over any more."""
        deadline = self._content.deadline
        return deadline is not None and self._clock() >= deadline.timestamp()

    def payload(self, limit: int) -> bytes:
        """The message in at most `limit` bytes. Raises ValueError (`payload.render`)."""
        if limit not in self._payloads:
            self._payloads[limit] = render(self._content, limit=limit)
        return self._payloads[limit]

    def headers(self, origin: str) -> tuple[str, ...]:
        """The headers of a post; the same object for a second, which saves curl from reading them again."""
        now = int(self._clock())
        made_at, headers = self._headers.get(origin, (-1, ()))
        if made_at != now:
            headers = (
                f"Authorization: {self._vapid.authorization(origin)}",
                f"TTL: {self._ttl(now)}",
                f"Urgency: {_URGENCY[self._content.urgency]}",
                # A second try takes the place of the first while the phone is off (RFC 8030 5.4).
                f"Topic: {base64.urlsafe_b64encode(self._content.batch_id.bytes).rstrip(b'=').decode()}",
                "Content-Encoding: aes128gcm",
                "Content-Type: application/octet-stream",
            )
            self._headers[origin] = (now, headers)
        return headers

    def _ttl(self, now: int) -> int:
        """Seconds the push service may keep it: to the deadline."""
        if self._content.deadline is None:
            return _TTL[self._content.urgency]
        return max(0, min(int(self._content.deadline.timestamp() - now), _MAX_TTL))
