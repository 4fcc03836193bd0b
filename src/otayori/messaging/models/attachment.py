"""添付ファイル: a file of a message, what was found in it, and who opened it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otayori.accounts.models import User
from otayori.core.fields import EncryptedText
from otayori.core.ids import new_id
from otayori.messaging.models.message import Message


class Attachment(models.Model):
    """One file of a message. Its bytes lie sealed in the file store under `stored` (core/files.py).

    A row never gets other bytes: a file that was changed is another attachment, so whoever opened this one
    saw what will be sent. A copied message shares `stored`.
    """

    class State(models.TextChoices):
        UPLOADING = "uploading", _("アップロード中")
        CHECKING = "checking", _("確認中")  # whole, and waiting for the scanner and the reader
        READY = "ready", _("確認済み")
        REFUSED = "refused", _("添付できません")

    class Kind(models.TextChoices):
        PDF = "pdf", _("PDF")
        IMAGE = "image", _("画像")
        OFFICE = "office", _("Office文書")
        TEXT = "text", _("テキスト")

    id = models.UUIDField(primary_key=True, default=new_id)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    position = models.PositiveSmallIntegerField(default=0)
    name = EncryptedText()  # as the sender's PC named it, without its folder
    size = models.PositiveIntegerField()  # bytes, of what is sent on; while uploading, as announced
    received = models.PositiveIntegerField(default=0)  # bytes that have arrived
    kind = models.CharField(max_length=10, choices=Kind, blank=True)  # by content, once it is known
    media_type = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADING)
    refusal = models.CharField(max_length=30, blank=True)  # why, one word of attachments/refusals.py
    stored = models.UUIDField(default=new_id)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of what is sent on, hex
    text = EncryptedText(default="")  # what could be read in it
    is_readable = models.BooleanField(default=False)  # whether all its words could be read
    pages = models.PositiveSmallIntegerField(default=0)  # previews in the store: "<stored>/page-1" ...
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)  # a worker is checking it

    class Meta:
        ordering = ["message_id", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["uploading", "checking"], refusal="")
                | Q(state="ready", refusal="") & ~Q(digest="") & ~Q(kind="")
                | Q(state="refused") & ~Q(refusal=""),
                name="attachment_state",
            ),
        ]
        indexes = [
            # process.check_next, every second or two
            models.Index(fields=["created_at"], condition=Q(state="checking"), name="attachment_to_check"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def keyset(self) -> str:
        return self.message.keyset()


class AttachmentOpening(models.Model):
    """Somebody opened a file: staff before it was sent, guardians afterwards. The first time of each way."""

    class Way(models.TextChoices):
        VIEWED = "viewed", _("画面で開いた")  # pages or text
        DOWNLOADED = "downloaded", _("ダウンロードした")

    attachment = models.ForeignKey(Attachment, on_delete=models.CASCADE, related_name="openings")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    way = models.CharField(max_length=10, choices=Way)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attachment", "user", "way"], name="attachment_opened_once")
        ]

    def __str__(self) -> str:
        return f"{self.attachment_id} {self.user_id} {self.way}"
