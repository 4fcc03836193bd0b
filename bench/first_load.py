"""A guardian's first look over a slow network: nothing cached, a slow processor; bytes and largest paint.

.venv/bin/python -m bench.first_load --runs 5
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Browser, sync_playwright

from bench import record
from bench.guardian_pages import ARGUMENTS, CHROMIUM, SIZE, Seen, ground, options

PAINT_GOAL = 2000.0  # milliseconds
PAGE_GOAL, SCRIPT_GOAL = 50.0, 30.0  # KB, as they come over the network, with headers
SLOWED: Final = 4  # times, the processor
MEGABIT: Final = 1_000_000 / 8  # bytes
# Chromium's DevTools stretch the delay and take a tenth of the speed, so that its way of slowing down (a
# request at a time, without the handshakes) comes near the network it is named after: both are measured.
NETWORKS: Final = {
    "1.6 Mbit/s, 150 ms": (150.0, 1.6, 0.75),  # delay, Mbit/s down and up
    "DevTools' Slow 4G": (562.5, 1.44, 0.675),
}
LARGEST_PAINT: Final = """() => new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
        .observe({ type: "largest-contentful-paint", buffered: true });
})"""
SETTLES: Final = 2000  # milliseconds in which a late paint or request would come


@dataclass(frozen=True)
class Load:
    """One load: milliseconds to the largest paint, bytes by kind of file."""

    paint: float
    sizes: Counter[str]


def load(browser: Browser, page: Seen, network: tuple[float, float, float]) -> Load:
    """Open the page in a fresh browser profile."""
    context = browser.new_context(
        viewport={"width": SIZE["width"], "height": SIZE["height"]},
        locale="ja-JP", is_mobile=True, device_scale_factor=2, extra_http_headers={"Cookie": page.cookie},
    )  # fmt: skip
    tab = context.new_page()
    kinds: dict[str, str] = {}
    sizes: Counter[str] = Counter()

    def came(event: dict[str, Any]) -> None:
        sizes[kinds.get(event["requestId"], "Other")] += int(event["encodedDataLength"])

    tools = context.new_cdp_session(tab)
    tools.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    tools.on("Network.loadingFinished", came)
    tools.send("Network.enable")
    delay, down, up = network
    limits = {"downloadThroughput": down * MEGABIT, "uploadThroughput": up * MEGABIT}
    tools.send("Network.emulateNetworkConditions", {"offline": False, "latency": delay, **limits})
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    tab.goto(page.address, wait_until="load")
    tab.wait_for_timeout(SETTLES)
    paint = float(tab.evaluate(LARGEST_PAINT))
    context.close()
    return Load(paint, sizes)


def row(name: str, network: str, loads: list[Load]) -> list[str]:
    last = loads[-1].sizes
    kinds = [f"{last[kind] / 1000:.1f}" for kind in ("Document", "Stylesheet", "Script")]
    rest = sum(last.values()) - last["Document"] - last["Stylesheet"] - last["Script"]
    paints = record.spread([one.paint for one in loads], 0)
    return [name, network, paints, *kinds, f"{rest / 1000:.1f}", f"{sum(last.values()) / 1000:.1f}"]


def figures(found: dict[tuple[str, str], list[Load]]) -> list[record.Figure]:
    made = []
    for network in NETWORKS:
        paint = record.median([one.paint for one in found["inbox", network]])
        made.append(record.Figure(f"inbox, largest paint: {network}", paint, "ms", PAINT_GOAL))
    heaviest = max(found, key=lambda key: sum(found[key][-1].sizes.values()))
    scripts = max(loads[-1].sizes["Script"] for loads in found.values())
    total = sum(found[heaviest][-1].sizes.values())
    made.append(
        record.Figure(f"heaviest page with all it loads: {heaviest[0]}", total / 1000, "KB", PAGE_GOAL)
    )
    made.append(record.Figure("most scripts of a page", scripts / 1000, "KB", SCRIPT_GOAL))
    return made


def main() -> None:
    asked = options(__doc__, runs=5).parse_args()
    with ground(asked.demo, asked.origin) as pages, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        found = {
            (page.name, name): [load(browser, page, network) for _run in range(asked.runs)]
            for page in pages
            for name, network in NETWORKS.items()
        }
        browser.close()
    rows = [row(name, network, loads) for (name, network), loads in found.items()]
    record.save(
        record.Part(
            name="first_load",
            title="First load over slow 4G",
            how="Chromium as a phone with an empty cache opens a page of the demo; network and processor (4 "
            "times) slowed down by DevTools. Largest paint as the browser tells it; bytes as they came over "
            "the network, with headers. Medians.",
            figures=figures(found),
            head=["page", "network", "largest paint, ms", "page, KB", "styles", "scripts", "rest", "all, KB"],
            rows=rows,
        )
    )
    for cells in rows:
        print(" ".join(f"{cell:>20}" for cell in cells))


if __name__ == "__main__":
    main()
