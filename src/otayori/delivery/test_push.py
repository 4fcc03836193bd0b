"""Send one push at once, outside the ledger, so that a guardian sees whether a device is reached."""

import asyncio
from functools import cache

from django.conf import settings

from otayori.core import clock
from otayori.core.connections import let_go
from otayori.core.ids import new_id
from otayori.delivery import endpoints
from otayori.delivery.channels import registry
from otayori.delivery.models import Endpoint
from otayori.delivery.parcel import Content, Outcome, Parcel, Urgency, outcomes


@cache
def public_key() -> str:
    """Return the key that browsers subscribe with (`applicationServerKey`): 65 bytes, unpadded base64url."""
    return registry.vapid().public_key


def send_test(endpoint: Endpoint, *, sender: str, title: str, language: str, path: str) -> Outcome:
    """Push a test to a device and tell how it went; an address that turns out dead is disabled.

    Talks to the push service: call it outside a transaction. `path` is where a tap on it leads.
    """
    url = f"{settings.OTAYORI_BASE_URL}{path}"
    content = Content(
        batch_id=new_id(), language=language, urgency=Urgency.IMPORTANT, sender=sender, title=title, text="",
        mail_title=title, mail_text="", url=url, settings_url=url, sent_at=clock.now(),
    )  # fmt: skip
    parcel = Parcel(0, endpoint.id, endpoint.address, content)
    let_go()
    outcome = asyncio.run(_send(parcel))
    if outcome.endpoint_dead:
        endpoints.disable(endpoint, outcome.code)
    return outcome


async def _send(parcel: Parcel) -> Outcome:
    channel = registry.webpush()
    try:
        return (await outcomes(channel, [parcel]))[0]
    finally:
        await channel.close()
