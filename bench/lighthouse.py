"""What Lighthouse says of the pages a guardian meets first, on the phone and the network it plays by default.

.venv/bin/python -m bench.lighthouse --runs 3
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import record
from bench.ground import HERE
from bench.guardian_pages import CHROMIUM, Seen, ground, options

VERSION = "12.8.2"  # 13 wants a newer Node than Debian 12 has
FOLDER = HERE / ".venv" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices")
SHORT_OF_100 = 5.0  # points
# No audit is left out. http://127.0.0.1 counts as secure, so `is-on-https` passes in the lab, too;
# `redirects-http` looks at https pages alone and does not apply.

Report = dict[str, Any]


def install() -> None:
    """Get Lighthouse by npm into .venv, where it is not there yet."""
    manifest = FOLDER / "node_modules" / "lighthouse" / "package.json"
    if manifest.exists() and json.loads(manifest.read_text())["version"] == VERSION:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    package = f"lighthouse@{VERSION}"
    subprocess.run(
        ["npm", "install", "--no-save", "--no-audit", "--no-fund", f"--prefix={FOLDER}", package],
        check=True, env=os.environ | {"PUPPETEER_SKIP_DOWNLOAD": "1"},
    )  # fmt: skip


def look(page: Seen) -> Report:
    """One run of Lighthouse: a fresh browser with an empty cache."""
    with tempfile.TemporaryDirectory(prefix="otayori-lighthouse-") as folder:
        headers, out = Path(folder) / "headers.json", Path(folder) / "report.json"
        headers.write_text(json.dumps({"Cookie": page.cookie}))
        subprocess.run(
            [
                FOLDER / "node_modules" / ".bin" / "lighthouse", page.address, "--quiet",
                "--output=json", f"--output-path={out}", f"--extra-headers={headers}",
                f"--only-categories={','.join(CATEGORIES)}", "--chrome-flags=--headless=new --no-sandbox",
            ],
            check=True, timeout=300, env=os.environ | {"CHROME_PATH": CHROMIUM},
        )  # fmt: skip
        report: Report = json.loads(out.read_text())
    if not report["finalDisplayedUrl"].startswith(page.address):
        raise SystemExit(f"{page.name}: led to another page, {report['finalDisplayedUrl']}")
    return report


def scores(reports: Sequence[Report], category: str) -> list[float]:
    return [report["categories"][category]["score"] * 100 for report in reports]


def numbers(reports: Sequence[Report], audit: str) -> list[float]:
    return [report["audits"][audit]["numericValue"] for report in reports]


def faults(report: Report) -> list[str]:
    """The audits that cost points."""
    parts = [part for name in CATEGORIES for part in report["categories"][name]["auditRefs"]]
    counted = {part["id"] for part in parts if part["weight"]}
    found = {name: report["audits"][name]["score"] for name in counted}
    return sorted(f"{name} {score:.2f}" for name, score in found.items() if score is not None and score < 1)


def row(page: Seen, reports: Sequence[Report]) -> list[str]:
    cells = [f"{record.median(scores(reports, category)):.0f}" for category in CATEGORIES]
    paint, shift, blocked = (
        numbers(reports, name)
        for name in ("largest-contentful-paint", "cumulative-layout-shift", "total-blocking-time")
    )
    return [page.name, *cells, record.spread(paint, 0), record.spread(shift, 3), record.spread(blocked, 0)]


def figures(found: dict[str, list[Report]]) -> list[record.Figure]:
    """A category each: how far the worst page is from 100."""
    made = []
    for category in CATEGORIES:
        short = {name: 100 - record.median(scores(reports, category)) for name, reports in found.items()}
        worst = max(short, key=lambda name: short[name])
        made.append(
            record.Figure(f"{category}, points short of 100: {worst}", short[worst], "points", SHORT_OF_100)
        )
    return made


def main() -> None:
    asked = options(__doc__, runs=3).parse_args()
    install()
    with ground(asked.demo, asked.origin) as pages:
        found = {page.name: [look(page) for _run in range(asked.runs)] for page in pages}
        rows = [row(page, found[page.name]) for page in pages]
    for name, reports in found.items():
        print(name, *faults(reports[-1]))
    record.save(
        record.Part(
            name="lighthouse",
            title="Lighthouse",
            how=f"Lighthouse {VERSION} with its defaults (a phone of 2016 on slow 4G: 1.6 Mbit/s, 150 ms, "
            "processor slowed down 4 times; simulated) on the pages a guardian meets first, in the demo, "
            "signed in as a guardian of two children. All audits of the three categories count. Medians.",
            figures=figures(found),
            head=["page", *CATEGORIES, "largest paint, ms", "layout shift", "blocked, ms"],
            rows=rows,
        )
    )
    for cells in rows:
        print(" ".join(f"{cell:>18}" for cell in cells))


if __name__ == "__main__":
    main()
