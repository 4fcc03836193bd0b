"""Draw the app's PNG and ICO icons from their SVG sources, after one of these was changed.

    .venv/bin/python tools/render_icons.py

Needs the development packages and Chromium. The results are committed, so building the product needs neither.
"""

import shutil
import struct
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

ICONS: Final = Path(__file__).parent.parent / "src/otayori/core/static/otayori/icons"

DRAWINGS: Final = (
    ("app.svg", "app-192.png", 192),
    ("app.svg", "app-512.png", 512),
    ("app-maskable.svg", "app-maskable-512.png", 512),
    # iOS rounds the corners itself and shows black where an icon is transparent.
    ("app-maskable.svg", "apple-touch-180.png", 180),
    ("badge.svg", "badge-96.png", 96),
)
FAVICON_SIDES: Final = (16, 32, 48)


def main() -> None:
    """Write every icon into the folder of its source."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for source, target, side in DRAWINGS:
            (ICONS / target).write_bytes(draw(browser, ICONS / source, side))
        images = [(side, draw(browser, ICONS / "favicon.svg", side)) for side in FAVICON_SIDES]
        browser.close()
    (ICONS / "favicon.ico").write_bytes(ico(images))


def draw(browser: Browser, source: Path, side: int) -> bytes:
    """Return the SVG as a PNG of side x side pixels, transparent where nothing is drawn."""
    page = browser.new_page(viewport={"width": side, "height": side})
    page.set_content(
        f"<style>body{{margin:0}}svg{{display:block;width:{side}px}}</style>{source.read_text()}"
    )
    png = page.screenshot(omit_background=True)
    page.close()
    return png


def ico(images: list[tuple[int, bytes]]) -> bytes:
    """Return an ICO file that holds the PNG images, each with its side in pixels (under 256)."""
    offset = 6 + 16 * len(images)
    entries = b""
    for side, png in images:
        entries += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(png), offset)
        offset += len(png)
    return struct.pack("<HHH", 0, 1, len(images)) + entries + b"".join(png for _, png in images)


if __name__ == "__main__":
    main()
