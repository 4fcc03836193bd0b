"""A machine that does to a real ledger, in any order, what workers may do: claim, settle, die, come too late.

Hypothesis draws the order (test_history.py); `history.History` says what must not have been. What people do
meanwhile is in evening.py.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.contrib.postgres.functions import TransactionNow
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from otayori.delivery.claim import Claim, Try, claim, due_lanes, renew
from otayori.delivery.contents import Contents
from otayori.delivery.models import Batch, ChannelName, Delivery, Endpoint, Slice
from otayori.delivery.parcel import Outcome, Parcel, Urgency, Verdict
from otayori.delivery.settle import settle
from otayori.delivery.status import Status
from otayori.delivery.sweep import sweep
from otayori.roster.models import Guardian
from tests.delivery import history
from tests.delivery.history import History, Move, Story, Token
from tests.delivery.ledger import release_to

LANES = (Urgency.EMERGENCY, Urgency.NORMAL)
ALL = [(lane.value, channel.value) for lane in LANES for channel in ChannelName]
WORKERS = st.integers(1, 3)

# Every statement, also the two that one sweep makes of one row: comparing states between steps would not see
# those.
NOTE_MOVES = """
CREATE TEMPORARY TABLE moves (n bigserial, id bigint, old text, new text, attempt int, claims int);
CREATE FUNCTION pg_temp.note_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO moves (id, old, new, attempt, claims)
    VALUES (NEW.id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END, NEW.status, NEW.attempt,
            NEW.claimed - CASE WHEN TG_OP = 'UPDATE' THEN OLD.claimed ELSE 0 END);
    RETURN NULL;
END $$;
CREATE TRIGGER note_move AFTER INSERT OR UPDATE ON delivery_delivery
    FOR EACH ROW EXECUTE FUNCTION pg_temp.note_move();
"""


def token_of(one: Try) -> Token:
    return one.slice_id, one.number


@dataclass
class Hand:
    """One claim in a worker's hand, and what of it has not been settled."""

    taken: Claim
    parcels: list[Parcel]
    lost: list[Outcome]

    def token(self, delivery_id: int) -> Token:
        return token_of(self.taken.tries[delivery_id])


@dataclass
class Told:
    """What a worker wrote with one statement."""

    outcomes: list[Outcome]
    tries: dict[int, Try]
    finished: dict[int, int] = field(default_factory=dict)

    def write(self) -> None:
        settle(self.outcomes, self.tries, self.finished)


class Ledger(RuleBasedStateMachine):
    """Three workers, five guardians, two of them with a phone as well. Each example runs in a savepoint."""

    people: list[Guardian]

    def __init__(self) -> None:
        super().__init__()
        self.history = History()
        self.hands: dict[int, list[Hand]] = {1: [], 2: [], 3: []}
        self.repeatable: list[Told] = []
        self.batches: set[UUID] = set()
        self.seen_moves = 0
        self._example = transaction.atomic()
        self._example.__enter__()

    def teardown(self) -> None:
        try:
            self.drain()
        finally:
            transaction.set_rollback(True)
            self._example.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        for lane in LANES:
            self.release_and_look(self.people, lane)

    def release_and_look(self, people: list[Guardian], lane: Urgency) -> None:
        live = {row.id: row for row in Endpoint.objects.filter(guardian__in=people, state="active")}
        self.look_at(release_to(people, urgency=lane), live)

    def look_at(self, batch: Batch, live: dict[UUID, Endpoint]) -> None:
        """Each live endpoint is in one slice; only mail waits, of those with a live phone."""
        self.batches.add(batch.id)
        waits = batch.lane == Urgency.NORMAL  # for the reading of the push
        reached = {row.guardian_id for row in live.values() if row.channel == ChannelName.WEBPUSH}
        cut = [
            (piece, *pair)
            for piece in batch.slices.all()
            for pair in zip(piece.delivery_ids, piece.endpoint_ids, strict=True)
        ]
        assert sorted(endpoint_id for *_, endpoint_id in cut) == sorted(live)
        for piece, delivery_id, endpoint_id in cut:
            endpoint = live[endpoint_id]
            later = waits and piece.channel == "email" and endpoint.guardian_id in reached
            assert (piece.due_at > timezone.now()) == later
            assert (piece.lane, piece.channel) == (batch.lane, endpoint.channel)
            self.history.stories[delivery_id] = Story(
                batch=batch.id,
                endpoint=endpoint.id,
                guardian=endpoint.guardian_id,
                channel=endpoint.channel,
                address=endpoint.address,
                slice_id=piece.id,
                waits=later,
            )

    @rule(worker=WORKERS, limit=st.integers(1, 6), data=st.data())
    def claim(self, worker: int, limit: int, data: st.DataObject) -> None:
        if data.draw(st.booleans()):
            Delivery.objects.filter(status="queued").update(due_at=timezone.now() - timedelta(days=1))
        due = sorted(due_lanes())
        lane, channel = data.draw(st.sampled_from([*due, *due, *ALL]))
        taken = self.take(worker, lane, channel, limit)
        assert bool(taken) == ((lane, channel) in due)
        if taken:
            self.hands[worker].append(Hand(taken, taken.parcels, taken.lost))
            if data.draw(st.booleans()):  # the common case: all of it is told at once
                self.settle_some(worker, self.hands[worker][-1], data, many=len(taken.parcels))

    def take(self, worker: int, lane: str, channel: str, limit: int) -> Claim:
        with connection.cursor() as cursor:
            cursor.execute("SELECT setseed(0.5)")  # whose turn it is must not differ when steps are repeated
        taken = claim(lane, channel, limit, Contents())
        taken.parcels.sort(key=lambda parcel: parcel.delivery_id)
        for delivery_id, one in taken.tries.items():
            self.history.claimed(delivery_id, history.Try(worker, token_of(one)))
        for parcel in taken.parcels:
            assert parcel.content.urgency == lane
            assert parcel.content.batch_id == self.history.stories[parcel.delivery_id].batch
            self.history.handed(parcel.delivery_id, parcel.address)
        assert all(self.history.stories[outcome.delivery_id].buried for outcome in taken.lost)
        return taken

    @rule()
    def time_passes(self) -> None:
        """What waits for another try is due, and so is mail for who has not read."""
        past = timezone.now() - timedelta(days=1)
        Delivery.objects.filter(status="queued").update(due_at=past)
        Slice.objects.filter(due_at__gt=past).update(due_at=past)
        for story in self.history.stories.values():
            story.waits = False

    @precondition(lambda self: any(self.hands.values()))
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        """Some or all of a claim in somebody's hand comes back, however late, as the network likes."""
        worker = data.draw(st.sampled_from([worker for worker, hands in self.hands.items() if hands]))
        hand = data.draw(st.sampled_from(self.hands[worker]))
        self.settle_some(worker, hand, data, many=data.draw(st.integers(0, len(hand.parcels))))

    def settle_some(self, worker: int, hand: Hand, data: st.DataObject, *, many: int) -> None:
        now, hand.parcels = hand.parcels[:many], hand.parcels[many:]
        outcomes = [*hand.lost, *(self.hand_over(parcel, hand, data) for parcel in now)]
        hand.lost = []
        told = Told(outcomes, hand.taken.tries)
        if not hand.parcels:
            self.hands[worker].remove(hand)
            told.finished = hand.taken.slices
        self.write(told)
        self.repeatable.append(told)

    def write(self, told: Told) -> None:
        told.write()
        for outcome in told.outcomes:
            self.history.told(outcome, token_of(told.tries[outcome.delivery_id]))
            if outcome.endpoint_dead:
                self.history.bury(self.history.stories[outcome.delivery_id].endpoint)
        for batch in Batch.objects.exclude(id__in=self.batches):
            self.look_at(batch, self.phones_told())

    def phones_told(self) -> dict[UUID, Endpoint]:
        """Who has a phone is told there that the mail address is gone: the engine's own batch."""
        batch = Batch.objects.exclude(id__in=self.batches).get()
        assert batch.lane == Urgency.IMPORTANT
        cut = [id_ for piece in batch.slices.all() for id_ in piece.endpoint_ids]
        phones = Endpoint.objects.filter(id__in=cut, channel=ChannelName.WEBPUSH, state="active")
        return {phone.id: phone for phone in phones}

    def hand_over(self, parcel: Parcel, hand: Hand, data: st.DataObject) -> Outcome:
        verdict = data.draw(st.sampled_from(Verdict))
        if verdict is Verdict.SENT or (verdict is Verdict.UNKNOWN and data.draw(st.booleans())):
            self.history.arrived(parcel.delivery_id, hand.token(parcel.delivery_id))
        dead = verdict is Verdict.PERMANENT and data.draw(st.booleans())
        pause = 30.0 if verdict is Verdict.THROTTLED else None
        return Outcome(parcel.delivery_id, verdict, "as drawn", endpoint_dead=dead, retry_after=pause)

    @precondition(lambda self: self.repeatable)
    @rule(data=st.data())
    def settle_again(self, data: st.DataObject) -> None:
        """The commit was done but its answer got lost, so the worker writes the outcomes once more."""
        data.draw(st.sampled_from(self.repeatable)).write()

    @rule(worker=WORKERS, data=st.data())
    def die(self, worker: int, data: st.DataObject) -> None:
        """kill -9: what was in its hand may have gone out, and nobody will ever tell."""
        for hand in self.hands[worker]:
            for parcel in hand.parcels:
                if data.draw(st.booleans()):
                    self.history.arrived(parcel.delivery_id, hand.token(parcel.delivery_id))
        self.hands[worker] = []

    @rule(worker=WORKERS)
    def renew(self, worker: int) -> None:
        for hand in self.hands[worker]:
            slices = hand.taken.slices
            renew(slices, [p.delivery_id for p in hand.parcels if hand.token(p.delivery_id)[0] is None])
            held = Slice.objects.filter(id__in=slices, leased_until__isnull=False)
            for slice_id, number in held.values_list("id", "attempt"):
                if slices[slice_id] == number:
                    self.history.regain_slice((slice_id, number))
            for row in Delivery.objects.filter(
                id__in=[p.delivery_id for p in hand.parcels], status="sending"
            ):
                if hand.token(row.id) == (None, row.claimed):
                    self.history.regain_row(row.id)

    @precondition(lambda self: any(self.hands.values()))
    @rule(data=st.data())
    def leases_run_out(self, data: st.DataObject) -> None:
        if held := self.leases():
            self.let_lapse(data.draw(st.lists(st.sampled_from(held), unique=True, min_size=1)))
            if data.draw(st.booleans()):
                self.sweep()

    def leases(self) -> list[tuple[str, int]]:
        rows = Delivery.objects.filter(status="sending").order_by("id").values_list("id", flat=True)
        slices = Slice.objects.filter(leased_until__isnull=False).order_by("id").values_list("id", flat=True)
        return [*(("row", id_) for id_ in rows), *(("slice", id_) for id_ in slices)]

    def let_lapse(self, leases: list[tuple[str, int]]) -> None:
        past = timezone.now() - timedelta(days=1)
        rows = [id_ for kind, id_ in leases if kind == "row"]
        slices = [id_ for kind, id_ in leases if kind == "slice"]
        Delivery.objects.filter(id__in=rows).update(leased_until=past)
        Slice.objects.filter(id__in=slices).update(leased_until=past)
        for delivery_id in rows:
            self.history.lapse_row(delivery_id)
        for slice_id in slices:
            self.history.lapse_slice(slice_id)

    @rule()
    def sweep(self) -> None:
        now = TransactionNow()  # stands still, as for sweep(): in a long test the clock would pass leases
        lapsed = Delivery.objects.filter(status="sending", leased_until__lt=now).count()
        lapsed += Slice.objects.filter(done_at=None, leased_until__lt=now).count()
        assert sweep() == lapsed

    @invariant()
    def only_legal_moves(self) -> None:
        for move in self.new_moves():
            move.check()

    def new_moves(self) -> list[Move]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT n, id, old, new, attempt, claims FROM moves WHERE n > %s ORDER BY n",
                [self.seen_moves],
            )
            rows = cursor.fetchall()
        self.seen_moves = rows[-1][0] if rows else self.seen_moves
        return [Move(key, old and Status(old), Status(new), *numbers) for _, key, old, new, *numbers in rows]

    @invariant()
    def rows_say_what_happened(self) -> None:
        statuses = self.statuses()
        rowless = self.history.stories.keys() - statuses.keys()
        assert statuses.keys() <= self.history.stories.keys()
        for delivery_id in rowless:
            self.history.check_rowless(delivery_id)
        for delivery_id, (status, attempt) in statuses.items():
            self.history.check_status(delivery_id, status, attempt)
        failed = {key for key, (status, _) in statuses.items() if status is Status.FAILED}
        self.history.check_fallback(failed, rowless)

    @invariant()
    def what_is_done_is_written(self) -> None:
        done = set(Slice.objects.filter(done_at__isnull=False).values_list("id", flat=True))
        statuses = self.statuses()
        for delivery_id, story in self.history.stories.items():
            assert story.slice_id not in done or delivery_id in statuses, "finished, and nothing written"

    def statuses(self) -> dict[int, tuple[Status, int]]:
        rows = Delivery.objects.values_list("id", "status", "attempt")
        return {delivery_id: (Status(status), attempt) for delivery_id, status, attempt in rows}

    def drain(self) -> None:
        """Faults end: workers that hold something die, and one that does all things well works it off."""
        self.hands = {worker: [] for worker in self.hands}
        self.let_lapse(self.leases())
        self.sweep()
        self.time_passes()
        for lane in Urgency:
            for channel in ChannelName:
                self.work_off(lane, channel)
        sweep()
        self.only_legal_moves()
        self.rows_say_what_happened()
        statuses = self.statuses()
        assert statuses.keys() == self.history.stories.keys(), "an end without a row"
        for delivery_id, (status, _) in statuses.items():
            self.history.check_end(delivery_id, status)
        assert not Batch.objects.filter(closed_at=None).exists()

    def work_off(self, lane: Urgency, channel: ChannelName) -> None:
        while taken := self.take(1, lane.value, channel.value, 100):
            for parcel in taken.parcels:
                key = parcel.delivery_id
                self.history.arrived(key, token_of(taken.tries[key]))
            sent = [Outcome(parcel.delivery_id, Verdict.SENT, "250") for parcel in taken.parcels]
            self.write(Told([*sent, *taken.lost], taken.tries, taken.slices))
