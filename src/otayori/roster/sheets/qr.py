"""Draw a URL as a QR code: one SVG path, so that no seam shows between modules on screen or paper."""

from itertools import groupby
from typing import Final

import segno

QUIET_ZONE: Final = 4
"""White modules on each side (ISO/IEC 18004 asks for four)."""

# Choosing the best of the eight masks costs 5 ms a code, one mask 1 ms; every mask is valid for every reader.
_MASK: Final = 0


def svg(url: str) -> str:
    """Return the QR code of `url` as SVG text, one unit a module, quiet zone included.

    Error correction is Q: a quarter of the code may be smudged, folded or copied badly.
    """
    rows = segno.make_qr(url, error="q", mask=_MASK, boost_error=False).matrix
    side = len(rows) + 2 * QUIET_ZONE
    path = "".join(_bars(row, top) for top, row in enumerate(rows, start=QUIET_ZONE))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>'


def _bars(row: bytes | bytearray, top: int) -> str:
    bars = []
    left = QUIET_ZONE
    for dark, modules in groupby(row):
        width = len(list(modules))
        if dark:
            bars.append(f"M{left} {top}h{width}v1h-{width}z")
        left += width
    return "".join(bars)
