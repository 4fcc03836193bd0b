"""Delivers parcels by Web Push: encrypts them for the browser and posts them to its push service."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence

from otayori.delivery.channels.webpush.errand import Greeting, ParcelErrand
from otayori.delivery.channels.webpush.exchange import Answer, Failure, Limits
from otayori.delivery.channels.webpush.letter import Letter
from otayori.delivery.channels.webpush.subscription import BadSubscription, Subscription, parse
from otayori.delivery.channels.webpush.tally import Tally
from otayori.delivery.channels.webpush.transport import Transport
from otayori.delivery.channels.webpush.vapid import Vapid
from otayori.delivery.channels.webpush.verdict import judge
from otayori.delivery.parcel import Content, Outcome, Parcel, Verdict


class WebPushChannel:
    """The channel named "webpush". One per process; see `parcel.Channel`."""

    name = "webpush"
    arms = True

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
        self._met: set[str] = set()  # origins

    async def send(self, parcels: Sequence[Parcel], tell: Callable[[Outcome], None]) -> None:
        """Encrypt and post all parcels; each outcome is told when its answer comes."""
        if not parcels:
            return
        tally = Tally(len(parcels), tell)
        if not self._transport.submit(self._errands(parcels, tally), tally.flush):
            for parcel in parcels:
                tally.put(judge(parcel.delivery_id, Answer(failure=Failure.CLOSED)))
            tally.flush()
        await tally.all_told

    async def warm(self) -> None:
        """Connect to the push services that this process has posted to, where it is connected no more."""
        self._transport.submit([Greeting(origin) for origin in list(self._met)], flush=lambda: False)

    async def close(self) -> None:
        """Close the connections to the push services."""
        await self._transport.close()

    def _errands(self, parcels: Sequence[Parcel], tally: Tally) -> Iterator[ParcelErrand]:
        """What is to be posted; parcels that cannot be are settled at once. Runs in the driver's thread."""
        letters: dict[Content, Letter] = {}
        last: Content | None = None  # mostly the same object again: hashing it costs more than the rest
        for parcel in parcels:
            to = self._address(parcel)
            if isinstance(to, Outcome):
                tally.put(to)
                continue
            if parcel.content is not last:
                last = parcel.content
                letter = letters.setdefault(last, Letter(last, self._vapid, self._clock))
            yield ParcelErrand(parcel, to, letter, tally.put)

    def _address(self, parcel: Parcel) -> Subscription | Outcome:
        try:
            to = parse(parcel.address, allowed_hosts=self._allowed_hosts)
        except BadSubscription as error:
            # A host off the list may be a setting to put right; the rest can never become an address.
            dead = error.code != "host"
            return Outcome(parcel.delivery_id, Verdict.PERMANENT, f"bad {error.code}", endpoint_dead=dead)
        if to.vapid not in ("", self._vapid.public_key):
            # No push service takes our signature for it, and other ways take over. The endpoint stays all
            # the same: a worker with the wrong key file would otherwise unsubscribe the whole ward.
            return Outcome(parcel.delivery_id, Verdict.PERMANENT, "key changed")
        self._met.add(to.origin)
        return to
