"""What the reader's process hands back: a verdict, as JSON with the bytes behind it. Pure.

The parent trusts none of it: it is read with limits, and pictures are said to be WebP whatever they are.
"""

import json
from dataclasses import dataclass, field

MAGIC = b"OTAYORI1"
MOST_OUTPUT = 96 * 1024 * 1024  # bytes; the child can't write more either (RLIMIT_FSIZE)


class NotAVerdict(ValueError):
    """The reader ended in the middle, or something else wrote this."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`refusal` is "" for a file that is taken. `body`: what is sent on; None: the file as it came."""

    refusal: str = ""
    text: str = ""
    is_readable: bool = False
    pictures: tuple[bytes, ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)

    def packed(self) -> bytes:
        """Return it as bytes for the pipe."""
        told = {
            "refusal": self.refusal,
            "text": self.text,
            "is_readable": self.is_readable,
            "pictures": [len(picture) for picture in self.pictures],
            "body": None if self.body is None else len(self.body),
        }
        head = json.dumps(told).encode()
        return b"".join([MAGIC, len(head).to_bytes(4, "big"), head, *self.pictures, self.body or b""])


def unpack(data: bytes) -> Verdict:
    """Read what `packed` wrote. Raises `NotAVerdict`."""
    try:
        start = len(MAGIC) + 4
        end = start + int.from_bytes(data[len(MAGIC) : start], "big")
        told = json.loads(data[start:end])
        lengths = [int(length) for length in told["pictures"]]
        verdict = Verdict(
            refusal=str(told["refusal"]),
            text=str(told["text"]),
            is_readable=told["is_readable"] is True,
            pictures=tuple(_cut(data, end, lengths)),
            body=None if told["body"] is None else data[end + sum(lengths) :],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotAVerdict from error
    whole = end + sum(lengths) + int(told["body"] or 0)
    if not data.startswith(MAGIC) or len(data) != whole or min(lengths, default=0) < 0:
        raise NotAVerdict
    return verdict


def _cut(data: bytes, start: int, lengths: list[int]) -> list[bytes]:
    pieces = []
    for length in lengths:
        pieces.append(data[start : start + length])
        start += length
    return pieces


class Unfit(Exception):
    """The reader's word for a file that is not taken: one of refusals.Refusal."""

    def __init__(self, refusal: str) -> None:
        super().__init__(refusal)
        self.refusal = refusal
