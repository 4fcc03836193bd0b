"""The e-mail channel as the delivery engine sees it: parcels in, one outcome each told."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

from otayori.delivery.channels.email.address import mailbox_bytes
from otayori.delivery.channels.email.config import SmtpConfig
from otayori.delivery.channels.email.dkim import DkimSigner
from otayori.delivery.channels.email.errors import UnsendableAddressError
from otayori.delivery.channels.email.letter import Bundle, Letter
from otayori.delivery.channels.email.message import Stencil, cut_stencil
from otayori.delivery.channels.email.pool import Pool
from otayori.delivery.channels.email.replies import Judgement
from otayori.delivery.parcel import Content, Outcome, Parcel, Urgency, Verdict

_STENCILS_KEPT = 64
_UNSENDABLE = Judgement(Verdict.PERMANENT, "address", endpoint_dead=True)


class EmailChannel:
    """Implements `delivery.parcel.Channel` over SMTP. Use it within one event loop.

    Any number of `send()` calls may be under way; they share the connections, emergencies first.
    """

    name = "email"
    arms = False

    def __init__(
        self,
        config: SmtpConfig,
        *,
        return_path: Callable[[Parcel], bytes] | None = None,
        signer: DkimSigner | None = None,
    ) -> None:
        """`return_path` gives the mailbox that a parcel's bounces go to, else that is the sender's."""
        self._config = config
        self._return_path = return_path
        self._signer = signer
        self._sender = mailbox_bytes(config.mail_from)
        self._pool = Pool(config)
        self._stencils: OrderedDict[Content, Stencil] = OrderedDict()

    async def send(self, parcels: Sequence[Parcel], tell: Callable[[Outcome], None]) -> None:
        """Hand over all parcels, telling the outcome of each once, when it is known; until the last is.

        A caller that is cancelled is told nothing more, and what has not begun does not go.
        """
        if not parcels:
            return
        bundle = Bundle(len(parcels), tell)
        self._pool.post(self._address(parcels, bundle))
        try:
            await bundle.done
        finally:
            bundle.abandoned = True

    async def warm(self) -> None:
        """Open the connections that letters would start with; the relay may be away."""
        await self._pool.warm()

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
                    delivery_id=parcel.delivery_id,
                    mailbox=mailbox,
                    domain=mailbox.rpartition(b"@")[2].lower(),
                    return_path=self._return_path(parcel) if self._return_path else self._sender,
                    head=stencil.head(mailbox, parcel.endpoint_id),
                    rest=stencil.rest,
                    rest8=stencil.rest8,
                    bundle=bundle,
                    urgent=content.urgency is Urgency.EMERGENCY,
                    expires=content.deadline.timestamp() if content.deadline else None,
                )
            )
        return letters

    def _stencil(self, content: Content) -> Stencil:
        """The rendered content, kept for the next chunk of the same batch."""
        stencil = self._stencils.pop(content, None)
        if stencil is None:
            stencil = cut_stencil(content, mail_from=self._config.mail_from, signer=self._signer)
        self._stencils[content] = stencil
        if len(self._stencils) > _STENCILS_KEPT:
            self._stencils.popitem(last=False)
        return stencil
