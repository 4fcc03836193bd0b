"""The ledger of what is sent to endpoints: the rows are the truth."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from otayori.core import crypto
from otayori.core.fields import EncryptedText
from otayori.core.ids import new_id
from otayori.delivery.bounces.report import Kind
from otayori.delivery.models.endpoint import ChannelName, Endpoint
from otayori.delivery.parcel import Urgency
from otayori.delivery.status import Status
from otayori.schools.models import School


class Batch(models.Model):
    """配信処理: one text in its languages on its way to many endpoints.

    `subject_id` is what the batch is about, in the words of whoever released it: delivery only keeps it.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    subject_id = models.UUIDField(unique=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True)  # null: the board
    lane = models.CharField(max_length=10, choices=[(lane.value, lane.value) for lane in Urgency])
    deadline = models.DateTimeField(null=True)
    released_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # set by the sweep once no row is open: claims skip it

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(lane__in=[lane.value for lane in Urgency]), name="batch_lane"),
        ]
        indexes = [
            # claim and sweep: the batches of a lane with work left
            models.Index(fields=["lane"], condition=Q(closed_at__isnull=True), name="batch_open"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def keyset(self) -> str:
        return crypto.WARD if self.school_id is None else crypto.school_keyset(self.school_id)


class BatchContent(models.Model):
    """The text of a batch in one language, once for all its deliveries."""

    id = models.UUIDField(primary_key=True, default=new_id)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="contents")
    language = models.CharField(max_length=10)
    text = EncryptedText()  # JSON of parcel.Content without what the batch row holds

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "language"], name="content_once_a_language")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.language}"

    def keyset(self) -> str:
        return self.batch.keyset()


class Slice(models.Model):
    """A share of a batch: some hundred endpoints of one channel, taken, sent and settled together.

    Cut at release, kept for good: it says for whom the batch was meant. A delivery gets its row when its
    first try is settled, so that a message to 20,000 writes 20,000 rows once. `leased_until` is the worker's
    lease; `attempt` counts the leases and tells a late worker that its lease has gone to another.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="slices")
    lane = models.CharField(max_length=10)  # the batch's, for the index by which slices are taken
    channel = models.CharField(max_length=10, choices=ChannelName)
    endpoint_ids = ArrayField(models.UUIDField())
    delivery_ids = ArrayField(models.BigIntegerField())  # which id the row of each endpoint will have
    size = models.PositiveIntegerField()
    due_at = (
        models.DateTimeField()
    )  # later than the release: the second channel, for who has not read by then
    leased_until = models.DateTimeField(null=True)
    holder = models.UUIDField(null=True)  # the worker that has or had the lease
    attempt = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)  # each of its endpoints has a row

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(lane__in=[lane.value for lane in Urgency]), name="slice_lane"),
        ]
        indexes = [
            # claim and sweep: what is still to be taken of a lane on a channel
            models.Index(
                fields=["lane", "channel", "due_at"], condition=Q(done_at__isnull=True), name="slice_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} of {self.batch_id}"


class Delivery(models.Model):
    """配信: one batch to one endpoint. Moves as `status.MOVES` says, by conditional UPDATE alone.

    No foreign keys in the database: PostgreSQL's check of each row costs more than writing it
    (docs/decisions/0006). Batch and slice are there before it and outlive it; an endpoint that is deleted
    takes its rows along by Django's cascade.
    """

    batch = models.ForeignKey(
        Batch, on_delete=models.CASCADE, related_name="deliveries", db_constraint=False, db_index=False
    )
    slice = models.ForeignKey(
        Slice, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False
    )
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_constraint=False
    )
    channel = models.CharField(max_length=10, choices=ChannelName)
    status = models.CharField(max_length=10)
    attempt = models.PositiveSmallIntegerField(default=0)
    claimed = models.PositiveIntegerField(
        db_default=0
    )  # how often; never goes back, as `attempt` does when told to come later
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "endpoint"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in Status]), name="delivery_status"
            ),
        ]
        indexes = [
            # claim: what is due of a batch on a channel to be tried again
            models.Index(
                fields=["batch", "channel", "due_at"], condition=Q(status="queued"), name="delivery_due"
            ),
            # sweep: leases that ran out
            models.Index(fields=["leased_until"], condition=Q(status="sending"), name="delivery_leased"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"


class Bounce(models.Model):
    """返ってきたメール: what was told of a delivery after the relay had taken it. No address, no text."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="bounces", db_index=False
    )  # "bounce_once" begins with it
    kind = models.CharField(max_length=10)
    code = models.CharField(max_length=60)  # report.Report.code: "bounce 5.1.1"
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            # the same mail twice, from a mailbox that was not emptied to the end, changes nothing
            models.UniqueConstraint(fields=["delivery", "kind"], name="bounce_once"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in Kind]), name="bounce_kind"),
        ]
        indexes = [
            # bounces/dead.py: how many of a domain were refused lately
            models.Index(fields=["received_at"], condition=Q(kind="failed"), name="bounce_lately"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.code}"
