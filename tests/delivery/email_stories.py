"""What the stories about mail share: the school's notice, its parcels, and a channel with a real relay."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import uvloop

from otayori.delivery.channels.email import EmailChannel, SmtpConfig
from otayori.delivery.parcel import Content, Outcome, Parcel, Urgency
from otayori.delivery.parcel import outcomes as outcomes_of
from tests.delivery.smtp_server import SmtpServer

T = TypeVar("T")
LoopFactory = Callable[[], asyncio.AbstractEventLoop]
Story = Callable[[EmailChannel], Awaitable[None]]

PIPELINED, LOCKSTEP = ("PIPELINING", "8BITMIME"), ("8BITMIME",)
SAKURA = Content(
    batch_id=UUID("0197f1a0-0000-7000-8000-000000000001"),
    language="ja",
    urgency=Urgency.NORMAL,
    sender="桜小学校",
    title="運動会の延期について",
    text="明日の運動会は延期します。",
    mail_title="運動会の延期について",
    mail_text="明日の運動会は延期します。",
    url="https://otayori.ward.example/m/01",
    settings_url="https://otayori.ward.example/settings/channels",
    sent_at=datetime(2025, 5, 30, 21, 15, tzinfo=UTC),
)
KIM, ALVAREZ, TANAKA = "kim@example.jp", "alvarez@example.com", "tanaka@example.jp"


def parcel(number: int, address: str, content: Content = SAKURA) -> Parcel:
    return Parcel(number, UUID(int=number), address, content)


def family(*addresses: str) -> list[Parcel]:
    return [parcel(number, address) for number, address in enumerate(addresses, start=1)]


def config_for(server: SmtpServer, query: str = "", **changes: Any) -> SmtpConfig:
    config = SmtpConfig.from_url(server.url(query), mail_from="otayori@ward.example", helo="ward.example")
    return replace(config, **({"connections": 2} | changes))


def run(story: Coroutine[Any, Any, T], *, loop: LoopFactory = uvloop.new_event_loop) -> T:
    """Run a story to its end, on the event loop that workers use unless another is given."""
    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(asyncio.wait_for(story, 20))


def deliver(
    server: SmtpServer, parcels: Sequence[Parcel], query: str = "", **changes: Any
) -> dict[int, Outcome]:
    """Send the parcels through a running server with a new channel; outcomes by delivery id."""

    async def story() -> list[Outcome]:
        async with server.running():
            channel = EmailChannel(config_for(server, query, **changes))
            outcomes = await outcomes_of(channel, parcels)
            await channel.close()
            return outcomes

    loop = changes.pop("loop", uvloop.new_event_loop)
    return by_delivery(run(story(), loop=loop), parcels)


def by_delivery(outcomes: list[Outcome], parcels: Sequence[Parcel]) -> dict[int, Outcome]:
    counted = Counter(outcome.delivery_id for outcome in outcomes)
    assert counted == {parcel.delivery_id: 1 for parcel in parcels}  # exactly one each
    return {outcome.delivery_id: outcome for outcome in outcomes}


def ends(outcomes: dict[int, Outcome]) -> list[tuple[str, str]]:
    return [(outcomes[number].verdict.value, outcomes[number].code) for number in sorted(outcomes)]


def with_server(server: SmtpServer, story: Callable[[EmailChannel], Awaitable[None]], **changes: Any) -> None:
    async def story_with_channel() -> None:
        async with server.running():
            channel = EmailChannel(config_for(server, **changes))
            await story(channel)
            await channel.close()

    run(story_with_channel())
