"""What comes after a message was sent: told again, corrected, and told by other means."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from otayori.accounts.models import User
from otayori.core.fields import EncryptedText
from otayori.core.ids import new_id
from otayori.delivery.models import Batch
from otayori.messaging.models.message import Message
from otayori.roster.models import Student


class FollowUp(models.Model):
    """A message told again: a batch beside the first one (`Message.batch`), and why."""

    class Kind(models.TextChoices):
        REMIND = "remind", _("未読の方への再通知")
        RECALL = "recall", _("取り消しの通知")
        CORRECT = "correct", _("訂正の通知")
        LATE = "late", _("あとから加わった方への送信")

    id = models.UUIDField(primary_key=True, default=new_id)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="follow_ups")
    kind = models.CharField(max_length=10, choices=Kind)
    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="follow_up")
    guardians = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["message", "at"], name="follow_up_of_message")]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"


class MessageVersion(models.Model):
    """訂正の履歴: what the message said before a correction. `Message` itself holds the newest words."""

    id = models.UUIDField(primary_key=True, default=new_id)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()  # from 1
    title = EncryptedText()
    text = EncryptedText()
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    note = EncryptedText(default="")  # what was wrong, as guardians read it

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.number}"

    def keyset(self) -> str:
        return self.message.keyset()


class ToldOtherwise(models.Model):
    """別の方法で伝えた: a family that was told by paper, by telephone or in person."""

    class Way(models.TextChoices):
        LETTER = "letter", _("紙を渡した")
        PHONE = "phone", _("電話で伝えた")
        PERSON = "person", _("直接伝えた")

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="told_otherwise")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+")
    way = models.CharField(max_length=10, choices=Way)
    version = models.PositiveSmallIntegerField(default=1)  # of the message: who got old words is told again
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "student", "way", "version"], name="told_otherwise_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.student_id} {self.way}"
