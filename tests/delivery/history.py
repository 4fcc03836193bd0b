"""What must have happened, kept beside the ledger: who holds what, and what the outside received. Pure.

A `History` is told of every claim, hand-over and settle, and says at once when one must not have been.
It knows no database, so that it can't make the ledger's mistakes.
"""

from dataclasses import dataclass, field
from uuid import UUID

from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.status import OPEN, Status, may_move

Token = tuple[int | None, int]  # slice (None: the row itself), and which claim of it


@dataclass
class Try:
    """One claim of one delivery, and how it ended."""

    worker: int
    token: Token
    received: int = 0
    told: Verdict | None = None
    lapsed: bool = False  # its lease ran out first
    free: bool = False  # nobody holds the lease now; a late renewal may get it back

    @property
    def is_over(self) -> bool:
        return self.free or self.told is not None

    @property
    def leaves_doubt(self) -> bool:
        """Whether the sender could not know that it had arrived: what explains a repeat."""
        return self.lapsed or self.told is Verdict.UNKNOWN


@dataclass
class Story:
    """One delivery as the outside sees it."""

    batch: UUID
    endpoint: UUID
    guardian: UUID
    channel: str
    address: str
    slice_id: int
    waits: bool = False  # a mail that is due later
    tries: list[Try] = field(default_factory=list)
    buried: bool = False  # its endpoint was reported dead
    bounced: bool = False
    called_off: str = ""  # read, or taken back, while no worker held it

    @property
    def received(self) -> int:
        return sum(one.received for one in self.tries)

    @property
    def is_free(self) -> bool:
        return all(one.is_over for one in self.tries)

    def was_told(self, verdict: Verdict) -> bool:
        return any(one.told is verdict for one in self.tries)


@dataclass
class History:
    """All deliveries of all batches, by delivery id."""

    stories: dict[int, Story] = field(default_factory=dict)
    ended: dict[UUID, str] = field(default_factory=dict)  # batch -> why nothing more of it may be claimed

    def claimed(self, delivery_id: int, one: Try) -> None:
        """A worker took a delivery: it must be free and due, its batch open."""
        story = self.stories[delivery_id]
        assert story.batch not in self.ended, f"claimed although {self.ended.get(story.batch)}"
        assert not story.called_off, f"claimed although {story.called_off}"
        assert story.is_free, "claimed while another worker holds it"
        assert one.token[0] in (None, story.slice_id)
        assert one.token[0] is None or not story.waits, "claimed before its time"
        assert all(earlier.token != one.token for earlier in story.tries), "two claims with one number"
        repeats = [earlier for earlier in story.tries if earlier.received]
        assert all(earlier.leaves_doubt for earlier in repeats), "sent again although known to have arrived"
        story.tries.append(one)

    def handed(self, delivery_id: int, address: str) -> None:
        """What was claimed goes out: to the right address, which must be in use."""
        story = self.stories[delivery_id]
        assert address == story.address, "handed to a wrong address"
        assert not story.buried, "handed to an address that is gone"

    def lapse_row(self, delivery_id: int) -> None:
        """The lease of a row ran out: whoever holds it holds it no longer."""
        last = self.stories[delivery_id].tries[-1]
        last.lapsed = last.free = True

    def lapse_slice(self, slice_id: int) -> None:
        """The lease of a slice ran out, with all of it that is not settled."""
        for story in self.stories.values():
            if story.tries and story.tries[-1].token[0] == slice_id and not story.tries[-1].told:
                story.tries[-1].lapsed = story.tries[-1].free = True

    def regain_row(self, delivery_id: int) -> None:
        """A worker renewed the lease of a row before anybody noticed that it had run out."""
        self.stories[delivery_id].tries[-1].free = False

    def regain_slice(self, token: Token) -> None:
        """A worker renewed the lease of a slice that nobody else had taken."""
        for story in self.stories.values():
            if story.tries and story.tries[-1].token == token:
                story.tries[-1].free = False

    def arrived(self, delivery_id: int, token: Token) -> None:
        self._try(delivery_id, token).received += 1

    def told(self, outcome: Outcome, token: Token) -> None:
        """A worker settles; a try is told once, repeats change nothing."""
        self._try(outcome.delivery_id, token).told = outcome.verdict

    def _try(self, delivery_id: int, token: Token) -> Try:
        return next(one for one in self.stories[delivery_id].tries if one.token == token)

    def bury(self, endpoint: UUID) -> None:
        """An address is gone."""
        for story in self.stories.values():
            story.buried |= story.endpoint == endpoint

    def check_rowless(self, delivery_id: int) -> None:
        """What has no row has not been settled, or too late by a worker that could not know."""
        for one in self.stories[delivery_id].tries:
            assert one.told is None or one.lapsed, "settled, and not written"
            assert one.told not in (Verdict.SENT, Verdict.PERMANENT), "final, and not written"

    def check_status(self, delivery_id: int, status: Status, attempt: int) -> None:
        """What the row says must follow from what happened."""
        story = self.stories[delivery_id]
        assert 0 <= attempt <= len(story.tries)
        told_good = story.was_told(Verdict.SENT)
        assert status not in OPEN or not told_good, "known to have arrived, and open still"
        match status:
            case Status.QUEUED:
                assert story.is_free, "taken from the worker that holds it"
            case Status.SENDING:
                assert story.tries
            case Status.SENT:
                assert told_good
                assert story.received
            case Status.FAILED:
                assert story.was_told(Verdict.PERMANENT) or story.buried or story.bounced
            case Status.CANCELLED:
                assert story.batch in self.ended or story.called_off
                assert not told_good, "known to have arrived, and called cancelled"

    def check_fallback(self, failed_pushes: set[int], rowless: set[int]) -> None:
        """Where no device took it the mail does not wait."""
        pushes = {key for key, story in self.stories.items() if story.channel == "webpush"}
        held = {(self.stories[key].batch, self.stories[key].guardian) for key in pushes - failed_pushes}
        for key in rowless:
            story = self.stories[key]
            if story.waits and not story.buried:
                assert (story.batch, story.guardian) in held, "waits although no device is left"

    def check_end(self, delivery_id: int, status: Status) -> None:
        """After everything has drained: final, and received unless there is a reason."""
        story = self.stories[delivery_id]
        assert status not in OPEN, "never finished"
        ended = story.batch in self.ended or story.called_off
        assert story.received or ended or story.buried or story.was_told(Verdict.PERMANENT), "lost"
        doubts = sum(one.leaves_doubt for one in story.tries)
        assert story.received <= 1 + doubts, "a duplicate that nothing explains"


@dataclass(frozen=True)
class Move:
    """One INSERT (`old` is None) or UPDATE of a delivery, as the database saw it."""

    delivery_id: int
    old: Status | None
    new: Status
    attempt: int
    claims: int  # how many more it has been claimed

    def check(self) -> None:
        if self.old is None:
            assert self.new is not Status.SENDING, "a row that somebody holds is written by no one"
        else:
            assert self.old == self.new or may_move(self.old, self.new), f"{self.old} -> {self.new}"
        assert self.attempt >= 0
        claimed = (self.old, self.new) == (Status.QUEUED, Status.SENDING)
        assert self.claims == claimed, "the number of a claim went astray"
