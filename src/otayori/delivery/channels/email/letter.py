"""A parcel on its way through a connection, and the call of `send()` that waits for it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from otayori.delivery.channels.email.replies import Judgement
from otayori.delivery.parcel import Outcome


class Bundle:
    """The letters of one `send()`; `done` ends when each of them has its outcome."""

    __slots__ = ("_missing", "_tell", "abandoned", "done")

    def __init__(self, size: int, tell: Callable[[Outcome], None]) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.abandoned = False  # the caller is gone: nobody wants what is not yet begun
        self._missing = size
        self._tell = tell

    def add(self, delivery_id: int, judgement: Judgement) -> None:
        """Tell the caller how one letter ended; what the caller raises is raised from `done`."""
        self._missing -= 1
        if self.abandoned:
            return
        try:
            self._tell(
                Outcome(
                    delivery_id,
                    judgement.verdict,
                    judgement.code,
                    judgement.endpoint_dead,
                    judgement.retry_after,
                )
            )
        except Exception as error:
            self.abandoned = True
            if not self.done.done():
                self.done.set_exception(error)
            return
        if not self._missing and not self.done.done():
            self.done.set_result(None)


@dataclass(slots=True, eq=False)
class Letter:
    """One mail to one mailbox. `head` is its own; `rest` is shared by the batch and ends with the dot."""

    delivery_id: int
    mailbox: bytes
    domain: bytes  # the mailbox's, in lower case: whose turn it is
    return_path: bytes  # the mailbox that bounces go to
    head: bytes
    rest: bytes  # every line below 128: any server takes it
    rest8: bytes | None  # the same with 8-bit lines, for servers that offer 8BITMIME
    bundle: Bundle
    urgent: bool = False
    expires: float | None = None  # POSIX time
    tries: int = field(default=0)  # connections that broke before any of its text was written
    _ended: bool = field(default=False)

    def end(self, judgement: Judgement) -> None:
        """Tell how it ended. The first word counts: an outcome is told once, whatever else breaks."""
        if not self._ended:
            self._ended = True
            self.bundle.add(self.delivery_id, judgement)
