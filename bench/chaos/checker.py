"""Compare the sinks' logs with the ledger after a fault run. Pure; its tests plant every violation it knows.

What must hold: every endpoint in a slice has one row, and every row is final; a row that says sent arrived,
and what arrived has its row; everything came to the address and with the text it was for, mail after push not
before its time and not after the reading; nothing goes again, and nothing has arrived of a row that says
otherwise, unless the worker could not know; failed rows were refused, cancelled ones stopped, late or read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID

from bench.chaos.history import Arrival, BatchFacts, History, Row

GRACE = 1.0  # seconds between a worker's look at the clock and the first byte at the sink
RECONNECT = 2.0  # seconds: a worker looks once a second whether the database is back
FINAL = {"sent", "delivered", "failed", "cancelled"}


@dataclass(frozen=True)
class Violation:
    """An invariant that was broken, and by what."""

    rule: str
    detail: str


@dataclass
class Findings:
    """What the checker says. `duplicates` counts repeats by what explains them."""

    violations: list[Violation] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    duplicates: Counter[str] = field(default_factory=Counter)
    arrived_unwritten: Counter[str] = field(default_factory=Counter)  # cancelled or failed, yet it arrived
    arrived: int = 0
    hastened: int = 0  # mails that came before their time, since no device took the push


def check(history: History) -> Findings:
    """Return what is wrong with this history, and the figures."""
    return _Check(history).run()


class _Check:
    def __init__(self, history: History) -> None:
        self._history = history
        self._found = Findings()
        self._arrivals: dict[tuple[UUID, UUID], list[Arrival]] = defaultdict(list)
        for arrival in sorted(history.arrivals, key=lambda arrival: arrival.at):
            self._arrivals[arrival.batch, arrival.endpoint].append(arrival)
        self._lapse = history.lease / 2  # leases are renewed at a third: the shortest sleep that loses one
        self._refused = {refusal.address for refusal in history.refusals}
        self._spared = {(one.batch, place): one.at for one in history.readings for place in one.spared}

    def run(self) -> Findings:
        history = self._history
        self._found.arrived = len(history.arrivals)
        self._check_expansion()
        for arrival in history.arrivals:
            self._check_place(arrival)
            self._check_second_channel(arrival)
        for row in history.rows:
            self._found.statuses[row.status] += 1
            came = self._arrivals.get((row.batch, row.endpoint), [])
            self._check_row(row, came)
            self._check_repeats(row, came)
        return self._found

    def _violated(self, rule: str, detail: str) -> None:
        self._found.violations.append(Violation(rule, detail))

    def _check_expansion(self) -> None:
        """Each batch has one row for each endpoint it was cut into, and no other."""
        rows = Counter((row.batch, row.endpoint) for row in self._history.rows)
        for key, count in rows.items():
            batch = self._history.batches.get(key[0])
            if count > 1:
                self._violated("a row twice", f"{count} rows of {key}")
            if batch is None or key[1] not in batch.endpoints:
                self._violated("a row too many", f"nobody asked for {key}")
        for batch in self._history.batches.values():
            cut = Counter(self._history.cut.get(batch.id, ()))
            self._check_cut(batch, cut)
            for endpoint in cut:
                if (batch.id, endpoint) not in rows:
                    self._violated("a row missing", f"{batch.title}: {self._address(endpoint)}")
        for key, came in self._arrivals.items():
            if key not in rows:
                self._violated("no row", f"{len(came)} arrived of {key}, of which the ledger knows nothing")

    def _check_cut(self, batch: BatchFacts, cut: Counter[UUID]) -> None:
        """Each batch is cut into the endpoints of its guardians, less the dead."""
        for endpoint in batch.endpoints | cut.keys():
            name = f"{batch.title}: {self._address(endpoint)}"
            if endpoint not in batch.endpoints:
                self._violated("cut too many", name)
            elif cut[endpoint] > 1:
                self._violated("cut twice", name)
            elif not cut[endpoint] and self._address(endpoint) not in self._refused:
                self._violated("not cut", name)

    def _address(self, endpoint: UUID) -> str:
        return self._history.addresses.get(endpoint, "")

    def _check_place(self, arrival: Arrival) -> None:
        """The right text at the right address, at a right time."""
        if self._address(arrival.endpoint) != arrival.address:
            self._violated("wrong address", f"for {arrival.endpoint}, came to {arrival.address}")
        batch = self._history.batches.get(arrival.batch)
        if batch is None:
            return
        if batch.title != arrival.title:
            self._violated("wrong text", f"{arrival.title!r} under the id of {batch.title!r}")
        if batch.deadline is not None and arrival.begun > batch.deadline + GRACE:
            late = arrival.begun - batch.deadline
            self._violated("after the deadline", f"{batch.title} by {arrival.channel}, {late:.1f} s late")
        if batch.stopped_at is not None and arrival.begun > batch.stopped_at + self._patience(arrival):
            late = arrival.begun - batch.stopped_at
            self._violated("after the stop", f"{batch.title} by {arrival.channel}, {late:.1f} s after")

    def _check_second_channel(self, arrival: Arrival) -> None:
        """Mail waits while a device may take the push, and does not go once it is read."""
        name = f"{arrival.title} to {arrival.address}"
        spared_at = self._spared.get((arrival.batch, arrival.endpoint))
        if spared_at is not None and arrival.begun > spared_at + GRACE and not self._slept(arrival):
            self._violated("after the reading", f"{name}, {arrival.begun - spared_at:.1f} s after")
        batch, devices = self._history.batches.get(arrival.batch), self._history.devices.get(arrival.endpoint)
        if batch is None or not devices or arrival.begun >= batch.mail_due - GRACE:
            return
        self._found.hastened += 1
        if not any(self._address(device) in self._refused for device in devices):
            self._violated("before its time", f"{name}, {batch.mail_due - arrival.begun:.1f} s before")

    def _slept(self, arrival: Arrival) -> bool:
        """Whether its worker had slept through a lease, and may have held it without right."""
        return any(
            end - begin >= self._lapse and begin <= arrival.at
            for begin, end in self._disturbed("paused", arrival.worker)
        )

    def _patience(self, arrival: Arrival) -> float:
        """How long a worker may go on with what it held when its batch was stopped; pauses on top."""
        paused = [one for one in self._history.disturbances if one.kind == "paused"]
        return self._history.held + sum(
            one.end - one.begin for one in paused if one.worker == arrival.worker and one.begin < arrival.at
        )

    def _check_row(self, row: Row, came: Sequence[Arrival]) -> None:
        batch = self._history.batches.get(row.batch)
        name = (
            f"{batch.title if batch else row.batch} / {self._address(row.endpoint)}: {row.status} {row.code}"
        )
        if row.status not in FINAL:
            self._violated("never finished", name)
        elif row.status in ("sent", "delivered") and not came:
            self._violated("lost", f"{name}, and no sink has it")
        elif row.status == "failed" and not self._is_refused(row):
            self._violated("failed without a refusal", name)
        elif row.status == "cancelled" and not self._may_be_cancelled(row, batch):
            self._violated("cancelled without a reason", name)
        if row.status in ("failed", "cancelled") and came:
            reason = self._doubt(came[-1])
            self._found.arrived_unwritten[reason or "nothing"] += 1
            if reason is None:
                self._violated("arrived, not written", name)

    def _is_refused(self, row: Row) -> bool:
        address = self._address(row.endpoint)
        return address in self._refused and address in self._history.dead

    def _check_repeats(self, row: Row, came: Sequence[Arrival]) -> None:
        for first, second in pairwise(came):
            reason = self._doubt(first, until=second.at) or self._woke(first, second)
            self._found.duplicates[reason or "nothing"] += 1
            if reason is None:
                gap = second.at - first.at
                who = f"workers {first.worker} and {second.worker}"
                self._violated(
                    "unexplained duplicate",
                    f"{self._address(row.endpoint)} again after {gap:.1f} s, {who}, at {first.at:.1f}",
                )

    def _doubt(self, arrival: Arrival, until: float = float("inf")) -> str | None:
        """Why the ledger may not know of this arrival (before `until`); None if it must."""
        if not arrival.heard:
            return "unknown outcome"
        for kind, long_enough in (("killed", 0.0), ("paused", self._lapse), ("database", self._lapse)):
            for begin, end in self._disturbed(kind, arrival.worker):
                in_hand = begin - self._unwritten(arrival, begin) <= arrival.at <= end
                if in_hand and begin <= until and end - begin >= long_enough:
                    return kind
        return None

    def _unwritten(self, arrival: Arrival, until: float) -> float:
        """For how long what arrived may not have been written: longer when nobody was there to write it."""
        away = [*self._disturbed("paused", arrival.worker), *self._disturbed("database", arrival.worker)]
        since = arrival.at - self._history.written
        return self._history.written + sum(
            end - begin + RECONNECT for begin, end in away if begin < until and end + RECONNECT > since
        )

    def _woke(self, first: Arrival, second: Arrival) -> str | None:
        """The second came from a worker that slept through its lease while another carried the first."""
        for begin, end in self._disturbed("paused", second.worker):
            if (
                end - begin >= self._lapse
                and begin <= first.at
                and end - 1 <= second.at <= end + self._history.held
            ):
                return "paused"
        return None

    def _disturbed(self, kind: str, worker: int) -> Iterator[tuple[float, float]]:
        for one in self._history.disturbances:
            if one.kind == kind and one.worker in (0, worker):
                yield one.begin, one.end

    def _may_be_cancelled(self, row: Row, batch: BatchFacts | None) -> bool:
        if batch is None:
            return False
        reasons = {
            "stopped": batch.stopped_at is not None,
            "expired": batch.deadline is not None,
            "read": (row.batch, row.endpoint) in self._spared,
        }
        return reasons.get(row.code, False)
