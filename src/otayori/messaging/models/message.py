"""お知らせ: messages, whom they reach, and who has read them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from otayori.accounts.models import User
from otayori.core import crypto
from otayori.core.fields import EncryptedText
from otayori.core.ids import new_id
from otayori.delivery.models import Batch
from otayori.delivery.parcel import Urgency
from otayori.roster.models import Guardian, Student
from otayori.schools.models import School

URGENCY_LABELS = {
    Urgency.EMERGENCY: _("緊急"),
    Urgency.IMPORTANT: _("重要"),
    Urgency.NORMAL: _("通常"),
    Urgency.LEAFLET: _("配布物"),
}
URGENCY_CHOICES = [(urgency.value, label) for urgency, label in URGENCY_LABELS.items()]

MOST_TITLE = 80  # characters
MOST_TEXT = 4000  # characters


class Category(models.TextChoices):
    SAFETY = "safety", _("防犯・防災")
    INCIDENT = "incident", _("事件・事故")
    EVENT = "event", _("行事")
    SCHOOL_LIFE = "school_life", _("学校生活")
    OTHER = "other", _("その他")


class Message(models.Model):
    """お知らせ: what a school or the board sends. Without a school it is the board's."""

    class State(models.TextChoices):
        DRAFT = "draft", _("下書き")
        APPROVAL = "approval", _("承認待ち")
        SCHEDULED = "scheduled", _("配信予約")
        RELEASED = "released", _("配信")

    class Returned(models.TextChoices):
        """Why a scheduled message is a draft again although nobody cancelled it."""

        RIGHT = "right", _("予約した人が、この宛先に送れなくなりました（異動など）。")
        LACKS = "lacks", _("宛先の人がいなくなったなど、そのままでは送れない内容でした。")
        EXPIRED = "expired", _("届ける期限を過ぎていました。")
        CHANGED = "changed", _("確認した内容と違っていました。")
        BROKEN = "broken", _("システムの不具合で送れませんでした。")

    id = models.UUIDField(primary_key=True, default=new_id)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, related_name="messages")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    title = EncryptedText()
    text = EncryptedText()
    urgency = models.CharField(max_length=10, choices=URGENCY_CHOICES, default=Urgency.NORMAL.value)
    category = models.CharField(max_length=20, choices=Category, default=Category.SCHOOL_LIFE)
    audience = models.JSONField(default=dict)  # messaging/audience.py: Audience
    individual = models.BooleanField(default=False)  # to single students: not every teacher's business
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, null=True, related_name="message")
    reached = models.ManyToManyField(School, related_name="+")  # whose children it was about, at release
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    released_at = models.DateTimeField(null=True)
    release_at = models.DateTimeField(null=True)  # when it is to go out; null: as soon as it is confirmed
    due_at = models.DateTimeField(null=True)  # scheduled: when it goes out, the undo time included
    deliver_before = models.DateTimeField(null=True)  # nothing is handed over after it; null: no end
    scheduled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    fingerprint = models.CharField(max_length=32, blank=True)  # of what was confirmed: confirm.digest
    tried_at = models.DateTimeField(null=True)  # when its release failed and is to be tried again
    returned = models.CharField(max_length=10, choices=Returned, blank=True)
    # Two people on one draft: each save says which revision it began with (compose.save_draft)
    revision = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # Approval: who asked for it, and who gave it. The steps are in ApprovalStep
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # After sending: a correction is a new version, a recall leaves the words to the school alone
    version = models.PositiveSmallIntegerField(default=1)
    recalled_at = models.DateTimeField(null=True)
    recalled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recall_reason = EncryptedText(null=True)  # as guardians read it
    # The version whose dates are kept as MessageDate; 0: nobody has looked for them yet (dates/keep.py)
    dated_version = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["draft", "approval", "scheduled"],
                    released_at__isnull=True,
                    batch__isnull=True,
                )
                | Q(state="released", released_at__isnull=False, batch__isnull=False),
                name="message_released_with_batch",
            ),
            models.CheckConstraint(  # what is scheduled was confirmed by somebody, for a time
                condition=Q(state="draft", scheduled_by__isnull=True, fingerprint="")
                | Q(state="approval", scheduled_by__isnull=True, asked_by__isnull=False) & ~Q(fingerprint="")
                | Q(state="scheduled", scheduled_by__isnull=False, due_at__isnull=False) & ~Q(fingerprint="")
                | Q(state="released"),
                name="message_scheduled_by",
            ),
            models.CheckConstraint(
                condition=~Q(state="scheduled", urgency="emergency"), name="message_emergency_at_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="scheduled")
                | Q(deliver_before__isnull=True)
                | Q(deliver_before__gt=F("due_at")),
                name="message_scheduled_before_deadline",
            ),
            models.CheckConstraint(
                condition=Q(recalled_at__isnull=True, recalled_by__isnull=True)
                | Q(recalled_at__isnull=False, recalled_by__isnull=False, state="released"),
                name="message_recalled_after_release",
            ),
            models.CheckConstraint(
                condition=Q(urgency__in=[urgency.value for urgency in Urgency]), name="message_urgency"
            ),
            models.CheckConstraint(
                condition=Q(category__in=[category.value for category in Category]), name="message_category"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "-created_at"], name="message_of_school"),  # the list of messages
            # schedule.release_due, every second
            models.Index(fields=["due_at"], condition=Q(state="scheduled"), name="message_due"),
            # home: what waits for an approval
            models.Index(fields=["school"], condition=Q(state="approval"), name="message_to_approve"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def keyset(self) -> str:
        return crypto.WARD if self.school_id is None else crypto.school_keyset(self.school_id)


class Recipient(models.Model):
    """受信者: one guardian of one message, once however many children match, and whether it was read.

    20,000 are written in a release, while the emergency waits. So the database checks no foreign keys here
    (docs/decisions/0006), and no index is kept twice: those of the constraint and of the inbox begin with
    message and guardian.
    """

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="recipients", db_constraint=False, db_index=False
    )
    guardian = models.ForeignKey(
        Guardian, on_delete=models.CASCADE, related_name="received", db_constraint=False, db_index=False
    )
    released_at = models.DateTimeField()  # of the message: the order of the inbox
    read_at = models.DateTimeField(null=True)  # 既読: first opened, as told by the guardian's app
    read_version = models.PositiveSmallIntegerField(default=0, db_default=0)  # the newest version opened
    students = models.ManyToManyField(Student, through="RecipientStudent")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "guardian"], name="recipient_once")]
        indexes = [
            models.Index(fields=["guardian", "-released_at"], name="recipient_inbox"),  # the inbox
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RecipientStudent(models.Model):
    """The child for whose sake a recipient got the message."""

    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "student"], name="recipient_child_once")]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.student_id}"
