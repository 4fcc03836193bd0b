"""Tell a person what a fault run did, and what the checker makes of it."""

from collections import Counter, defaultdict

from bench.chaos.checker import Findings, Violation
from bench.chaos.history import History
from bench.chaos.plan import Plan

SHOWN = 5  # examples of each rule that was broken


def tell(history: History, found: Findings, plan: Plan) -> None:
    """Print the report."""
    blows = Counter(one.kind for one in history.disturbances)
    long = sum(one.kind == "paused" and one.end - one.begin > history.lease for one in history.disturbances)
    weather = Counter(f"{one.sink} {one.kind}" for one in plan.weather)
    by_channel = Counter(arrival.channel for arrival in history.arrivals)
    spared = sum(len(reading.spared) for reading in history.readings)
    ends = Counter(one.end for one in plan.releases if one.end)
    print(
        f"""
what was done
  batches      {len(history.batches)}, of which {ends["stop"]} stopped and {ends["deadline"]} with a deadline
  deliveries   {len(history.rows)}
  killed       {blows["killed"]} workers; ended {blows["ended"]} in order
  paused       {blows["paused"]} workers, {long} of them for longer than a lease
  database     crashed {blows["database"]}
  weather      {_list(weather)}
what came of it
  rows         {_list(found.statuses)}
  arrived      {found.arrived} ({_list(by_channel)}), refused for good {len(history.refusals)}
  mail         {spared} spared since read, {found.hastened} early since no device took the push
  duplicates   {sum(found.duplicates.values())} ({_list(found.duplicates) or "none"})
  arrived, though the row says cancelled or failed: {_list(found.arrived_unwritten) or "none"}"""
    )
    _tell_violations(found.violations)


def _tell_violations(violations: list[Violation]) -> None:
    if not violations:
        print("every invariant held")
        return
    print("BROKEN")
    by_rule: dict[str, list[str]] = defaultdict(list)
    for violation in violations:
        by_rule[violation.rule].append(violation.detail)
    for rule, details in by_rule.items():
        print(f"  {rule}: {len(details)}")
        print(*(f"    {detail}" for detail in details[:SHOWN]), sep="\n")


def _list(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
