"""Who must look at a message before it goes: the rules of a school, the steps taken, what was overridden."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otayori.accounts.models import User
from otayori.core.fields import EncryptedText
from otayori.core.ids import new_id
from otayori.messaging.models.message import Message
from otayori.schools.models import School


class SendingRules(models.Model):
    """How messages of a school (null: of the board) are released. Without a row: rules.DEFAULT."""

    class OwnClass(models.TextChoices):
        FREE = "free", _("承認なしで送れる")
        APPROVE = "approve", _("管理職の承認が必要")

    class Decider(models.TextChoices):
        ALONE = "alone", _("1人で送れる")
        SECOND = "second", _("もう1人の承認が必要")

    school = models.OneToOneField(School, on_delete=models.CASCADE, null=True, related_name="sending_rules")
    own_class = models.CharField(max_length=10, choices=OwnClass)  # a teacher to own classes and groups
    decider = models.CharField(max_length=10, choices=Decider)  # a manager, or a board officer
    undo_seconds = models.PositiveSmallIntegerField()
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school"], name="sending_rules_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(own_class__in=["free", "approve"]), name="rules_own_class"),
            models.CheckConstraint(condition=Q(decider__in=["alone", "second"]), name="rules_decider"),
            models.CheckConstraint(condition=Q(undo_seconds__lte=600), name="rules_undo"),
        ]

    def __str__(self) -> str:
        return str(self.school_id or "board")


class ApprovalStep(models.Model):
    """One step of an approval. Never changed afterwards: it is what the school can prove."""

    class Did(models.TextChoices):
        ASKED = "asked", _("承認を依頼しました")
        APPROVED = "approved", _("承認しました")
        SENT_BACK = "sent_back", _("差し戻しました")
        WITHDRAWN = "withdrawn", _("依頼を取り下げました")

    id = models.UUIDField(primary_key=True, default=new_id)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="approval_steps")
    did = models.CharField(max_length=10, choices=Did)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    comment = EncryptedText(default="")
    fingerprint = models.CharField(max_length=32)  # of what it was about: confirm.digest

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["message", "at"], name="approval_of_message")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.did}"

    def keyset(self) -> str:
        return self.message.keyset()


class Override(models.Model):
    """A manager let a message go although the guard found something, for a reason.

    It holds for exactly what was found: another finding, or other words around it, need another one.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="overrides")
    findings = models.CharField(max_length=32)  # guard.digest of what was found
    counts = models.JSONField(default=dict)  # kind of finding -> how many; never a name
    reason = EncryptedText()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "findings"], name="override_once")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.findings}"

    def keyset(self) -> str:
        return self.message.keyset()


class StaffNotice(models.Model):
    """A mail to a member of staff about a message that needs them. Written with the deed, sent by a worker.

    The mail names no child and no title: school, what is asked, and the address of the page.
    """

    class About(models.TextChoices):
        APPROVAL_ASKED = "asked", _("承認の依頼")
        SENT_BACK = "sent_back", _("差し戻し")
        APPROVED = "approved", _("承認")
        EMERGENCY_SENT = "emergency", _("緊急のお知らせの送信")
        RETURNED = "returned", _("予約した時刻に送れなかったお知らせ")

    id = models.UUIDField(primary_key=True, default=new_id)
    to = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=10, choices=About)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # tell_staff.send_due, every few seconds
            models.Index(
                fields=["due_at"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="staff_notice_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.message_id}"
