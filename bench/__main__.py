"""All measurements, one after the other, and docs/performance.md from them.

`make bench` takes half an hour. `make bench ARGS=--quick` takes six minutes and shows that all works: its
figures mean little, and it writes no page.
`make bench ARGS="--only mail push"` measures those anew and keeps the others' last results.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from tempfile import TemporaryDirectory

from bench import report
from bench.ground import HERE

QUICK: dict[str, list[str]] = {
    "mail": ["--recipients=4000", "--runs=2"],
    "far": ["--recipients=4000", "--runs=1"],
    "shops": ["--recipients=4000", "--runs=1", "--shop-mails=300"],
    "push": ["--recipients=4000", "--runs=2"],
    "scale": ["--sizes", "4000", "40000", "--runs=1"],
    "lanes": ["--recipients=60000", "--runs=1", "--sizes", "2000"],
    "first": ["--recipients=4000", "--runs=5"],
    "idle": ["--recipients=4000", "--seconds=20"],
    "pages": ["--runs=3"],
    "opens": ["--recipients=800", "--within=16", "--seconds=2", "--runs=1"],
    "first_load": ["--runs=1"],
    "lighthouse": ["--runs=1"],
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=report.PARTS, default=report.PARTS)
    parser.add_argument("--quick", action="store_true", help="small sizes, few runs")
    asked = parser.parse_args()
    if asked.quick:
        with TemporaryDirectory(prefix="otayori-bench-results-") as folder:
            os.environ["BENCH_RESULTS"] = folder
            failed = [name for name in asked.only if not measure(name, QUICK[name])]
    else:
        failed = [name for name in asked.only if not measure(name, [])]
        report.main()
    if failed:
        raise SystemExit(f"could not be measured: {', '.join(failed)}")


def measure(name: str, words: Sequence[str]) -> bool:
    """Run a part. One that fails leaves its last result alone and does not stop the others."""
    begun = time.monotonic()
    print(f"\n── {name} ──", flush=True)
    done = subprocess.run([sys.executable, "-m", f"bench.{name}", *words], cwd=HERE, check=False)
    print(f"({time.monotonic() - begun:.0f} s)", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    main()
