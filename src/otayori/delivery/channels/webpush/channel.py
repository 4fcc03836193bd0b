"""Delivers parcels by Web Push: encrypts them for the browser and posts them to its push service."""

import asyncio
import base64
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from otayori.delivery.channels.webpush.encryption import MAX_PAYLOAD, OVERHEAD, encrypt
from otayori.delivery.channels.webpush.exchange import Answer, Limits, Post
from otayori.delivery.channels.webpush.payload import SMALL_PAYLOAD, render
from otayori.delivery.channels.webpush.subscription import BadSubscription, parse
from otayori.delivery.channels.webpush.transport import Transport
from otayori.delivery.channels.webpush.vapid import Vapid
from otayori.delivery.channels.webpush.verdict import judge
from otayori.delivery.parcel import Content, Outcome, Parcel, Tell, Urgency, Verdict

_CHUNK = 50  # parcels encrypted in one go (about 5 ms); the first is on its way while the next is encrypted
_TOO_LARGE = 413
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


@dataclass
class _Round:
    """One go over some parcels with payloads up to a limit, and what came of it."""

    limit: int
    payloads: dict[Content, bytes] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    too_large: list[Parcel] = field(default_factory=list)

    def payload(self, content: Content) -> bytes:
        """Rendered once for all who get the same content."""
        if content not in self.payloads:
            self.payloads[content] = render(content, limit=self.limit)
        return self.payloads[content]


class WebPushChannel:
    """The channel named "webpush". One per process; see `parcel.Channel`."""

    name = "webpush"

    def __init__(
        self,
        vapid: Vapid,
        *,
        allowed_hosts: Collection[str],
        limits: Limits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`allowed_hosts` as in `subscription.py`: normally KNOWN_PUSH_HOSTS."""
        self._vapid = vapid
        self._allowed_hosts = tuple(allowed_hosts)
        self._transport = Transport(limits)
        self._clock = clock

    async def warm(self) -> None:
        pass

    async def send(self, parcels: Sequence[Parcel], tell: Tell) -> None:
        """Encrypt and post all parcels; one outcome each."""
        for outcome in await self._send(parcels):
            tell(outcome)

    async def _send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        first = await self._round(parcels, MAX_PAYLOAD)
        if not first.too_large:
            return first.outcomes
        # Firefox on Android takes less than it should: it gets a shorter text and fetches the page.
        second = await self._round(first.too_large, SMALL_PAYLOAD)
        refused = [judge(parcel.delivery_id, Answer(_TOO_LARGE)) for parcel in second.too_large]
        return first.outcomes + second.outcomes + refused

    async def close(self) -> None:
        """Close the connections to the push services."""
        await self._transport.close()

    async def _round(self, parcels: Sequence[Parcel], limit: int) -> _Round:
        work = _Round(limit)
        async with asyncio.TaskGroup() as posting:
            for start in range(0, len(parcels), _CHUNK):
                chunk = parcels[start : start + _CHUNK]
                posts = await asyncio.to_thread(self._encrypt_all, chunk, work)
                posting.create_task(self._post_all(posts, work))
        return work

    async def _post_all(self, posts: list[tuple[Parcel, Post]], work: _Round) -> None:
        answers = await self._transport.post([post for _, post in posts])
        for (parcel, post), answer in zip(posts, answers, strict=True):
            if answer.status == _TOO_LARGE and len(post.body) > SMALL_PAYLOAD + OVERHEAD:
                work.too_large.append(parcel)
            else:
                work.outcomes.append(judge(parcel.delivery_id, answer))

    def _encrypt_all(self, parcels: Sequence[Parcel], work: _Round) -> list[tuple[Parcel, Post]]:
        """The requests for these parcels; those that cannot be asked for are settled at once."""
        posts = []
        for parcel in parcels:
            made = self._make_post(parcel, work)
            if isinstance(made, Post):
                posts.append((parcel, made))
            else:
                work.outcomes.append(made)
        return posts

    def _make_post(self, parcel: Parcel, work: _Round) -> Post | Outcome:
        content = parcel.content
        try:
            payload = work.payload(content)
        except ValueError:
            return Outcome(parcel.delivery_id, Verdict.PERMANENT, "too long")
        try:
            to = parse(parcel.address, allowed_hosts=self._allowed_hosts)
            if to.vapid not in ("", self._vapid.public_key):
                # Made with a key that we no longer have: no push service will ever take our signature for it.
                return Outcome(parcel.delivery_id, Verdict.PERMANENT, "key changed", endpoint_dead=True)
            body = encrypt(payload, to.p256dh, to.auth)
        except BadSubscription as error:
            # A host off the list may be a setting to put right; the rest can never become an address.
            dead = error.code != "host"
            return Outcome(parcel.delivery_id, Verdict.PERMANENT, f"bad {error.code}", endpoint_dead=dead)
        except ValueError:  # the browser's point is not on the curve
            return Outcome(parcel.delivery_id, Verdict.PERMANENT, "bad p256dh", endpoint_dead=True)
        urgent = content.urgency is Urgency.EMERGENCY
        return Post(to.origin, to.endpoint, self._headers(content, to.origin), body, urgent)

    def _headers(self, content: Content, origin: str) -> tuple[str, ...]:
        return (
            f"Authorization: {self._vapid.authorization(origin)}",
            f"TTL: {self._ttl(content)}",
            f"Urgency: {_URGENCY[content.urgency]}",
            # A second try takes the place of the first while the phone is off (RFC 8030 5.4).
            f"Topic: {base64.urlsafe_b64encode(content.batch_id.bytes).rstrip(b'=').decode()}",
            "Content-Encoding: aes128gcm",
            "Content-Type: application/octet-stream",
        )

    def _ttl(self, content: Content) -> int:
        """Seconds the push service may keep it: to the deadline, and not at all after it."""
        if content.deadline is None:
            return _TTL[content.urgency]
        return max(0, min(int(content.deadline.timestamp() - self._clock()), _MAX_TTL))
