"""Writes docs/performance.md from what the parts measured last: `.venv/bin/python -m bench.report`."""

from pathlib import Path

from bench.record import Figure, Part, load, number

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
PARTS = (
    "mail", "far", "shops", "push", "scale", "lanes", "first", "idle", "pages", "opens",
    "first_load", "lighthouse",
)  # fmt: skip

_HEAD = """# Performance

Written by `make bench` from what it measured; do not edit. Everything ran on one machine, over loopback: the
sinks, PostgreSQL (embedded, with its durable settings), one real worker, and the process that releases.
Figures are medians; what counts are the ratios, both sides in turn in the same run. `x` is "times as much".

"""


def main() -> None:
    parts = [part for name in PARTS if (part := load(name)) is not None]
    if not parts:
        raise SystemExit("nothing was measured yet: make bench")
    sections = [_machines(parts), _overview(parts), *(_section(part) for part in parts)]
    PAGE.write_text(_HEAD + "\n".join(sections))
    print(f"wrote {PAGE.name}: {', '.join(part.name for part in parts)}")
    missing = [name for name in PARTS if name not in {part.name for part in parts}]
    if missing:
        print(f"not measured: {', '.join(missing)}")


def _machines(parts: list[Part]) -> str:
    """Machine and days; said once where they are the same for all."""
    machines = dict.fromkeys(part.machine for part in parts)
    days = sorted({part.made for part in parts})
    period = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"Machine: {'; '.join(machines)}. Measured {period}.\n"


def _overview(parts: list[Part]) -> str:
    """All figures with a goal."""
    rows = [
        [figure.name, number(figure, figure.value), f"≤ {number(figure, figure.goal)}", figure.verdict]
        for part in parts
        for figure in part.figures
        if figure.goal is not None
    ]
    return "## Goals\n" + _table(["", "measured", "goal", ""], rows)


def _section(part: Part) -> str:
    lines = [f"## {part.title}\n{part.how}\n\nMade by `{part.command}`.\n"]
    lines += [_table(["", "measured", "goal", "", ""], [_row(figure) for figure in part.figures])]
    if part.rows:
        lines.append(_table(part.head, part.rows))
    return "\n".join(lines)


def _row(figure: Figure) -> list[str]:
    goal = "" if figure.goal is None else f"≤ {number(figure, figure.goal)}"
    return [figure.name, number(figure, figure.value), goal, figure.verdict, figure.note]


def _table(head: object, rows: object) -> str:
    """A table of Markdown."""
    lines = [list(head), ["---"] * len(list(head)), *rows]  # type: ignore[call-overload, misc]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


if __name__ == "__main__":
    main()
