"""What staff, guardians and relays do while workers are at work: release, stop, read, take back, bounce."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from otayori.delivery import fallback, release, write_off
from otayori.delivery.models import Batch, ChannelName, Delivery, Endpoint
from otayori.delivery.parcel import Urgency, Verdict
from otayori.delivery.status import Status
from tests.delivery.history import Story
from tests.delivery.machine import LANES, Ledger


class Evening(Ledger):
    """All that a ward's evening may bring."""

    @rule(chosen=st.sets(st.integers(0, 4), min_size=1), lane=st.sampled_from(LANES))
    def release(self, chosen: set[int], lane: Urgency) -> None:
        self.release_and_look([self.people[n] for n in chosen], lane)

    @precondition(lambda self: any(self.hands.values()))
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """A batch is stopped or its deadline passes, while a worker holds some of it."""
        tries = [one for hands in self.hands.values() for hand in hands for one in hand.taken.tries.values()]
        held = Batch.objects.filter(id__in={one.batch_id for one in tries}).order_by("id")
        if not held:
            return
        batch = data.draw(st.sampled_from(list(held)))
        if data.draw(st.booleans()):
            release.stop(batch, timezone.now())
            self.history.ended.setdefault(batch.id, "stopped")
        else:
            Batch.objects.filter(id=batch.id).update(deadline=timezone.now() - timedelta(days=1))
            self.history.ended.setdefault(batch.id, "past its deadline")

    @rule(person=st.integers(0, 1), data=st.data())
    def read(self, person: int, data: st.DataObject) -> None:
        """A guardian with a phone opens some of the messages: the mails that wait need not go."""
        guardian = self.people[person]
        batches = sorted({s.batch for s in self.history.stories.values() if s.guardian == guardian.id})
        if not batches:
            return
        opened = data.draw(st.sets(st.sampled_from(batches), min_size=1))
        off = [
            story
            for story in self.callable_off()
            if story.waits and story.guardian == guardian.id and story.batch in opened
        ]
        assert fallback.spare(guardian.id, opened) == len(off)
        for story in off:
            story.called_off = "read"

    @rule(person=st.integers(0, 4))
    def take_back(self, person: int) -> None:
        """A guardian is blocked, or gives the mail address up."""
        (endpoint,) = Endpoint.objects.filter(guardian=self.people[person], channel=ChannelName.EMAIL)
        off = [story for story in self.callable_off() if story.endpoint == endpoint.id]
        assert write_off.take_back([endpoint.id], code="blocked") == len(off)
        for story in off:
            story.called_off = "taken back"

    def callable_off(self) -> Iterable[Story]:
        """What waits and is in nobody's hand."""
        statuses = self.statuses()
        for delivery_id, story in self.history.stories.items():
            status, _ = statuses.get(delivery_id, (None, 0))
            if status is Status.QUEUED or (status is None and story.is_free):
                yield story

    @rule(data=st.data())
    def bounce(self, data: st.DataObject) -> None:
        """A relay took it and says later that it could not deliver."""
        sent = [
            key
            for key, story in self.history.stories.items()
            if story.was_told(Verdict.SENT) and story.channel == "email"
        ]
        if sent:
            bounced = data.draw(st.sampled_from(sent))
            moved = Delivery.objects.filter(id=bounced, status__in=[Status.SENT, Status.DELIVERED])
            self.history.stories[bounced].bounced |= bool(moved.update(status=Status.FAILED, code="bounced"))
