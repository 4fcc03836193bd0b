"""What a sender need not write again: templates (ひな形) with typed slots, and saved audiences."""

from django.db import models
from django.db.models import Q

from otayori.accounts.models import User
from otayori.core import crypto
from otayori.core.fields import EncryptedText
from otayori.core.ids import new_id
from otayori.delivery.parcel import Urgency
from otayori.messaging.models.message import URGENCY_CHOICES, Category
from otayori.schools.models import School


class MessageTemplate(models.Model):
    """ひな形: of a school, or (null) of the board for all schools.

    Its text names slots in full-width braces, 「｛時刻｝」; `slots` says what each takes (templates.Slot).
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    school = models.ForeignKey(School, on_delete=models.CASCADE, null=True, related_name="templates")
    name = models.CharField(max_length=40)  # on its button: 引き渡し, 不審者
    title = models.TextField()
    text = models.TextField()
    urgency = models.CharField(max_length=10, choices=URGENCY_CHOICES, default=Urgency.NORMAL.value)
    category = models.CharField(max_length=20, choices=Category, default=Category.SCHOOL_LIFE)
    slots = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)
    is_retired = models.BooleanField(default=False)
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "name"],
                condition=Q(is_retired=False),
                name="template_name_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SavedAudience(models.Model):
    """保存した宛先: a rule by a name, of one person or of all who write for the school (null: the board)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    school = models.ForeignKey(School, on_delete=models.CASCADE, null=True, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    is_shared = models.BooleanField(default=False)
    name = EncryptedText()
    audience = models.JSONField()  # messaging/audience.py: Audience
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["school", "owner"], name="saved_audience_of")]  # the compose page

    def __str__(self) -> str:
        return str(self.id)

    def keyset(self) -> str:
        return crypto.WARD if self.school_id is None else crypto.school_keyset(self.school_id)
