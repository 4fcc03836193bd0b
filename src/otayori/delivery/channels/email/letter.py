"""A parcel on its way through a connection, and the call of `send()` that waits for it."""

import asyncio
from dataclasses import dataclass, field

from otayori.delivery.channels.email.replies import Judgement
from otayori.delivery.parcel import Outcome, Tell


class Bundle:
    """The letters of one `send()`; `done` ends when each of them has its outcome."""

    __slots__ = ("_missing", "_tell", "abandoned", "done")

    def __init__(self, size: int, tell: Tell) -> None:
        self._tell = tell
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.abandoned = False  # the caller was cancelled: nobody wants what is not yet begun
        self._missing = size

    def add(self, delivery_id: int, judgement: Judgement) -> None:
        """Note how one letter ended."""
        self._tell(Outcome(delivery_id, judgement.verdict, judgement.code, judgement.endpoint_dead))
        self._missing -= 1
        if not self._missing and not self.done.done():
            self.done.set_result(None)


@dataclass(slots=True, eq=False)
class Letter:
    """One mail to one mailbox. `head` is its own, `rest` is shared by the batch and ends with the dot."""

    delivery_id: int
    mailbox: bytes
    head: bytes
    rest: bytes
    bundle: Bundle
    urgent: bool = False
    expires: float | None = None  # POSIX time
    tries: int = field(default=0)  # connections that broke before any of its text was written
