"""What a channel is handed and what it hands back: values only, no Django, no database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Urgency(StrEnum):
    """How pressing a message is; also the name of the lane it travels in."""

    EMERGENCY = "emergency"
    IMPORTANT = "important"
    NORMAL = "normal"
    LEAFLET = "leaflet"


class Kind(StrEnum):
    """Whether a message is told for the first time, or why again."""

    MESSAGE = "message"
    REMINDER = "reminder"
    CORRECTION = "correction"
    RECALL = "recall"


@dataclass(frozen=True, slots=True)
class Content:
    """The text of one batch in one language, the same for everybody who reads that language.

    `mail_title` and `mail_text` differ from `title` and `text` when a message may not stand in a
    mail (individual messages: MEXT handbook 3.2(7)); a push is encrypted end to end and carries all.
    """

    batch_id: UUID
    language: str  # BCP 47, "ja", "en"
    urgency: Urgency
    sender: str  # the school or board as the guardian knows it: 桜小学校
    title: str
    text: str
    mail_title: str
    mail_text: str
    url: str  # absolute address of the message's page
    settings_url: str  # absolute address of the guardian's channel settings
    sent_at: datetime  # aware, when the message was released
    deadline: datetime | None = None  # aware; nothing is handed over after it
    kind: Kind = Kind.MESSAGE
    version: int = 1  # of the message: a correction counts up
    # {"id", "name", "kind", "size" in bytes}: shown as links. Not hashed: channels keep what they rendered by
    # content, and what was read from the ledger holds lists
    files: Sequence[dict[str, object]] = field(default=(), hash=False)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery: this content to that address."""

    delivery_id: int
    endpoint_id: UUID
    address: str  # e-mail: addr-spec. webpush: JSON {"endpoint", "p256dh", "auth"} as the browser gave it
    content: Content
    armed: bytes = field(default=b"", repr=False)  # prepared by the channel for one message


class Verdict(StrEnum):
    """How handing over a parcel ended. One set for all channels."""

    SENT = "sent"
    PERMANENT = "permanent"  # this address will never take it
    THROTTLED = "throttled"  # not now; the attempt is not burnt
    TRANSIENT = "transient"  # try again
    UNKNOWN = "unknown"  # may have arrived: the connection broke after the last byte


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one parcel.

    `code` is short, for staff and logs, and never holds an address: "550 5.1.1", "http 410", "connect".
    `endpoint_dead` tells that the address itself is gone (mailbox unknown, subscription expired).
    `retry_after` is in seconds, as the other side asked.
    """

    delivery_id: int
    verdict: Verdict
    code: str = ""
    endpoint_dead: bool = False
    retry_after: float | None = None


Tell = Callable[[Outcome], None]


class Channel(Protocol):
    """A way to reach an endpoint. Adding one touches its folder and one line of `registry.py`."""

    name: str
    arms: bool  # whether parcels may bring something prepared for them (arming.py)

    async def send(self, parcels: Sequence[Parcel], tell: Tell) -> None:
        """Hand over all parcels. Never raises for what the network does.

        `tell` is called exactly once for each, in the event loop's thread, as soon as its outcome is known,
        in any order; returns after the last. May be called again while an earlier call is under way; calls
        share the channel's connections.
        """
        ...

    async def warm(self) -> None:
        """Open connections ahead: somebody is about to release."""
        ...

    async def close(self) -> None:
        """Close connections kept open between calls."""
        ...


async def outcomes(channel: Channel, parcels: Sequence[Parcel]) -> list[Outcome]:
    """Hand over parcels and wait for all of them."""
    told: list[Outcome] = []
    await channel.send(parcels, told.append)
    return told
