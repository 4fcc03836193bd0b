"""What a part measured: printed as it comes, kept as JSON in data/bench for docs/performance.md."""

import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

FOLDER = Path(os.environ.get("BENCH_RESULTS", Path(__file__).parents[1] / "data" / "bench"))


@dataclass(frozen=True)
class Figure:
    """One measured figure; `goal` is the most it may be. Without value: not measured, and `note` why."""

    name: str
    value: float | None
    unit: str  # "s", "x", "ms", "MB", "%", "CPU s"
    goal: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.value is None:
            return "not measured"
        if self.goal is None:
            return ""
        return "ok" if self.value <= self.goal else "missed"


@dataclass(frozen=True)
class Part:
    """One part's result: figures for the overview, and a table with what they were made from."""

    name: str
    title: str
    how: str  # a paragraph: what ran against what, from where to where the clock ran
    figures: Sequence[Figure]
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    made: str = field(default_factory=lambda: date.today().isoformat())  # noqa: DTZ011 - the day here
    command: str = field(default_factory=lambda: _command())
    machine: str = field(default_factory=lambda: machine())


def machine() -> str:
    """Cores and kind of processor, without any name of this machine."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line), "")
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    cores = len(os.sched_getaffinity(0))
    python = platform.python_version()
    return f"{cores} cores, {model or platform.machine()}, {memory:.0f} GB, Python {python}"


def median(values: Sequence[float]) -> float:
    """The middle one: a run that something else disturbed does not count."""
    return statistics.median(values)


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median and range, as tables show them: "1.45 (1.40-1.61)"."""
    low, high = min(values), max(values)
    return f"{median(values):.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def save(part: Part) -> None:
    """Keep a part's result, and print it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{part.name}.json").write_text(json.dumps(asdict(part), ensure_ascii=False, indent=1))
    print(f"\n{part.title}")
    for figure in part.figures:
        print(f"  {figure.name}: {shown(figure)}")


def load(name: str) -> Part | None:
    """Return what a part measured last, or None."""
    file = FOLDER / f"{name}.json"
    if not file.exists():
        return None
    kept = json.loads(file.read_text())
    return Part(**kept | {"figures": [Figure(**figure) for figure in kept["figures"]]})


def shown(figure: Figure) -> str:
    """A figure in words: "1.42x (goal 2.0x: ok)"."""
    if figure.value is None:
        return f"not measured: {figure.note}"
    goal = "" if figure.goal is None else f" (goal {number(figure, figure.goal)}: {figure.verdict})"
    return f"{_number(figure.value)}{_unit(figure)}{goal}{'; ' + figure.note if figure.note else ''}"


def number(figure: Figure, value: float | None) -> str:
    """A value of this figure with its unit."""
    return "" if value is None else f"{_number(value)}{_unit(figure)}"


def _unit(figure: Figure) -> str:
    return figure.unit if figure.unit in ("x", "%") else f" {figure.unit}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _command() -> str:
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return " ".join([f".venv/bin/python -m {spec.name if spec else 'bench'}", *sys.argv[1:]])
