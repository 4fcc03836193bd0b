"""The e-mail channel as the delivery engine sees it: parcels in, one outcome each out."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from otayori.delivery.channels.email.address import mailbox_bytes
from otayori.delivery.channels.email.config import SmtpConfig
from otayori.delivery.channels.email.errors import UnsendableAddressError
from otayori.delivery.channels.email.letter import Bundle, Letter
from otayori.delivery.channels.email.message import Stencil, cut_stencil
from otayori.delivery.channels.email.pool import Pool
from otayori.delivery.channels.email.replies import Judgement
from otayori.delivery.parcel import Content, Parcel, Tell, Urgency, Verdict

_STENCILS_KEPT = 64
_UNSENDABLE = Judgement(Verdict.PERMANENT, "address", endpoint_dead=True)


class EmailChannel:
    """Implements `delivery.parcel.Channel` over SMTP. Use it within one event loop.

    Any number of `send()` calls may be under way; they share the connections, emergencies first.
    """

    name = "email"

    def __init__(self, config: SmtpConfig) -> None:
        self._config = config
        self._pool = Pool(config)
        self._stencils: OrderedDict[Content, Stencil] = OrderedDict()

    async def send(self, parcels: Sequence[Parcel], tell: Tell) -> None:
        """Hand over all parcels; their outcomes are told as they end."""
        if not parcels:
            return
        bundle = Bundle(len(parcels), tell)
        self._pool.post(self._address(parcels, bundle))
        try:
            await bundle.done
        except asyncio.CancelledError:
            bundle.abandoned = True
            raise

    async def warm(self) -> None:
        pass

    async def close(self) -> None:
        """Close the connections; parcels under way end as they stand."""
        await self._pool.close()

    def _address(self, parcels: Sequence[Parcel], bundle: Bundle) -> list[Letter]:
        """One letter for each parcel that can be sent; the others are settled at once."""
        letters = []
        stencils: dict[int, Stencil] = {}  # by identity: hashing a long text for each parcel is slow
        for parcel in parcels:
            content = parcel.content
            stencil = stencils.get(id(content))
            if stencil is None:
                stencil = stencils[id(content)] = self._stencil(content)
            try:
                mailbox = mailbox_bytes(parcel.address)
            except UnsendableAddressError:
                bundle.add(parcel.delivery_id, _UNSENDABLE)
                continue
            letters.append(
                Letter(
                    parcel.delivery_id,
                    mailbox,
                    stencil.head(mailbox, parcel.endpoint_id),
                    stencil.rest,
                    bundle,
                    content.urgency is Urgency.EMERGENCY,
                    content.deadline.timestamp() if content.deadline else None,
                )
            )
        return letters

    def _stencil(self, content: Content) -> Stencil:
        """The rendered content, kept for the next chunk of the same batch."""
        stencil = self._stencils.pop(content, None)
        if stencil is None:
            stencil = cut_stencil(content, mail_from=self._config.mail_from)
        self._stencils[content] = stencil
        if len(self._stencils) > _STENCILS_KEPT:
            self._stencils.popitem(last=False)
        return stencil
