"""The notices that the web push tests send, and how they send them."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from otayori.delivery.channels.webpush import Vapid, WebPushChannel, new_private_key_pem, normalise
from otayori.delivery.channels.webpush.exchange import Limits
from otayori.delivery.parcel import Content, Outcome, Parcel, Urgency, outcomes
from tests.delivery.push_server import Device, PushServer

LOOPBACK = ("http://127.0.0.1",)
VAPID = Vapid(new_private_key_pem(), "mailto:kyouiku@ward.example.jp")

RELEASED = datetime(2025, 6, 12, 6, 30, tzinfo=UTC)

LETTER = """保護者の皆様
日頃より本校の教育活動にご理解とご協力を賜り、厚く御礼申し上げます。
さて、来る六月二十日（金）に、一年生から三年生を対象とした校外学習を実施いたします。
当日は午前八時十五分までに登校し、動きやすい服装、歩きやすい靴、帽子、水筒、弁当、敷物、雨具をご用意ください。
雨天の場合は二十七日（金）に延期し、朝六時三十分までに改めてお知らせいたします。
アレルギーなどご心配なことがございましたら、前日までに担任の佐藤までご相談ください。
"""


def notice(**changes: Any) -> Content:
    """桜小's notice of an outing, in Japanese."""
    batch_id = changes.pop("batch_id", None) or uuid.uuid4()
    fields: dict[str, Any] = {
        "batch_id": batch_id,
        "language": "ja",
        "urgency": Urgency.NORMAL,
        "sender": "桜小学校",
        "title": "校外学習のお知らせ",
        "text": LETTER,
        "mail_title": "校外学習のお知らせ",
        "mail_text": LETTER,
        "url": f"https://otayori.example.jp/m/{uuid.UUID(int=7)}",
        "settings_url": "https://otayori.example.jp/settings/notices",
        "sent_at": RELEASED,
    }
    return Content(**(fields | changes))


def parcel(delivery_id: int, address: str, content: Content) -> Parcel:
    return Parcel(delivery_id, uuid.uuid4(), address, content)


def long_letter(characters: int) -> str:
    """Japanese that hardly repeats, so that it compresses as a long real letter does or worse."""
    words = "遠足運動会給食保健室持ち物集合時間雨天決行連絡帳体操服上履き提出期限参観懇談会写真販売図書返却"
    state = 12345
    letters: list[str] = []
    while len(letters) < characters:
        state = (state * 1103515245 + 12345) % 2**31
        letters.append(words[(state >> 16) % len(words)])
        if state % 29 == 0:
            letters.append("。")
    return "".join(letters[:characters])


def deliver(
    *parcels: Parcel, limits: Limits | None = None, clock: Callable[[], float] = time.time
) -> dict[int, Outcome]:
    """Send through a channel of its own; outcomes by delivery id."""
    return use(lambda channel: outcomes(channel, parcels), limits=limits, clock=clock)


def use(
    work: Callable[[WebPushChannel], Awaitable[list[Outcome]]],
    *,
    limits: Limits | None = None,
    clock: Callable[[], float] = time.time,
) -> dict[int, Outcome]:
    async def run() -> list[Outcome]:
        channel = WebPushChannel(VAPID, allowed_hosts=LOOPBACK, limits=limits, clock=clock)
        try:
            return await work(channel)
        finally:
            await channel.close()

    told = asyncio.run(run())
    found = {outcome.delivery_id: outcome for outcome in told}
    assert len(found) == len(told)  # one outcome each
    return found


def address(device: Device) -> str:
    return normalise(device.subscription(), allowed_hosts=LOOPBACK, vapid=VAPID.public_key)


def to(service: PushServer, path: str = "/kim", delivery_id: int = 1, **content: object) -> Parcel:
    return parcel(delivery_id, address(Device(service.origin, path)), notice(**content))
