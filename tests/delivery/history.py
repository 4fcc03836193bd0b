"""What must have happened, kept beside the ledger: who holds what, and what the outside received. Pure.

A `History` is told of every claim, hand-over and settle, and says at once when one must not have been.
It knows no database, so that it can't make the ledger's mistakes.
"""

from dataclasses import dataclass, field
from uuid import UUID

from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.status import OPEN, Status, may_move

KNOWN_AGAIN = (Verdict.TRANSIENT, Verdict.THROTTLED)  # told: it has not arrived, try again


@dataclass
class Try:
    """One claim of one delivery, and how it ended."""

    worker: int
    number: int  # `attempt` as the claim gave it
    received: int = 0
    told: Verdict | None = None
    lapsed: bool = False  # its lease ran out first

    @property
    def is_over(self) -> bool:
        return self.lapsed or self.told is not None

    @property
    def leaves_doubt(self) -> bool:
        """Whether the sender could not know that it had arrived: what explains a repeat."""
        return self.lapsed or self.told is Verdict.UNKNOWN


@dataclass
class Story:
    """One delivery as the outside sees it."""

    batch: UUID
    address: str
    tries: list[Try] = field(default_factory=list)
    buried: bool = False  # its endpoint was reported dead
    bounced: bool = False

    @property
    def received(self) -> int:
        return sum(one.received for one in self.tries)

    def was_told(self, verdict: Verdict) -> bool:
        return any(one.told is verdict for one in self.tries)


@dataclass
class History:
    """All deliveries of all batches, by delivery id."""

    stories: dict[int, Story] = field(default_factory=dict)
    ended: dict[UUID, str] = field(default_factory=dict)  # batch -> why nothing more of it may be claimed

    def claimed(self, delivery_id: int, address: str, one: Try) -> None:
        """A worker took a delivery: it must be free, its batch open, and the address the right one."""
        story = self.stories[delivery_id]
        assert address == story.address, "handed to a wrong address"
        assert story.batch not in self.ended, f"claimed although {self.ended.get(story.batch)}"
        assert all(earlier.is_over for earlier in story.tries), "claimed while another worker holds it"
        repeats = [earlier for earlier in story.tries if earlier.received]
        assert all(earlier.leaves_doubt for earlier in repeats), "sent again although known to have arrived"
        story.tries.append(one)

    def lapse(self, delivery_ids: list[int]) -> None:
        """The leases of these ran out: whoever holds them holds them no longer."""
        for delivery_id in delivery_ids:
            self.stories[delivery_id].tries[-1].lapsed = True

    def told(self, outcome: Outcome, number: int) -> None:
        """A worker settles; a try is told once, repeats change nothing."""
        one = next(t for t in self.stories[outcome.delivery_id].tries if t.number == number and not t.told)
        one.told = outcome.verdict

    def bury(self, address: str) -> None:
        """An address is gone."""
        for story in self.stories.values():
            story.buried |= story.address == address

    def check_status(self, delivery_id: int, status: Status, attempt: int) -> None:
        """What the row says must follow from what happened."""
        story = self.stories[delivery_id]
        assert 0 <= attempt <= len(story.tries)
        match status:
            case Status.QUEUED:
                assert all(one.is_over for one in story.tries), "taken from the worker that holds it"
            case Status.SENDING:
                assert story.tries
            case Status.SENT:
                assert story.was_told(Verdict.SENT)
                assert story.received
            case Status.FAILED:
                assert story.was_told(Verdict.PERMANENT) or story.buried or story.bounced
            case Status.CANCELLED:
                assert story.batch in self.ended
        told_good = any(one.told is Verdict.SENT for one in story.tries)
        assert status not in OPEN or not told_good, "known to have arrived, and open still"

    def check_end(self, delivery_id: int, status: Status) -> None:
        """After everything has drained: final, and received unless there is a reason."""
        story = self.stories[delivery_id]
        assert status not in OPEN, "never finished"
        excused = story.batch in self.ended or story.buried or story.was_told(Verdict.PERMANENT)
        assert story.received or excused, "lost"
        doubts = sum(one.leaves_doubt for one in story.tries)
        assert story.received <= 1 + doubts, "a duplicate that nothing explains"


@dataclass(frozen=True)
class Move:
    """One UPDATE of a delivery, as the database saw it."""

    delivery_id: int
    old: Status
    new: Status
    attempt: int

    def check(self) -> None:
        assert self.old == self.new or may_move(self.old, self.new), f"{self.old} -> {self.new}"
        assert self.attempt >= 0
