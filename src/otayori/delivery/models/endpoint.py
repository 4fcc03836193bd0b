"""Endpoints: where a guardian is reached, and when what can wait may come."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from otayori.core import crypto
from otayori.core.fields import EncryptedText
from otayori.core.ids import new_id
from otayori.roster.models import Guardian


class ChannelName(models.TextChoices):
    EMAIL = "email", _("メール")
    WEBPUSH = "webpush", _("プッシュ通知")


class Endpoint(models.Model):
    """通知先: one address of a guardian, an e-mail address or a device's push subscription."""

    class State(models.TextChoices):
        UNVERIFIED = "unverified", _("確認待ち")
        ACTIVE = "active", _("届きます")
        DISABLED = "disabled", _("届きません")

    id = models.UUIDField(primary_key=True, default=new_id)
    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="endpoints")
    channel = models.CharField(max_length=10, choices=ChannelName)
    address = EncryptedText()
    address_key = models.BinaryField(max_length=16)  # keyed hash: one address belongs to one guardian
    host = models.CharField(max_length=255)  # receiving mail domain or push origin, for pacing
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    device = models.CharField(max_length=80, blank=True)  # "iPhone の Safari"
    code = models.CharField(max_length=60, blank=True)  # why it was disabled
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)  # the app was opened on this device; noted once an hour at most
    arrived_at = models.DateTimeField(null=True)  # a push was shown on this device, as it tells itself

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "address_key"], name="endpoint_address_once"),
            models.CheckConstraint(
                condition=Q(state__in=["unverified", "active", "disabled"]), name="endpoint_state"
            ),
        ]
        indexes = [
            # release: the live endpoints of the guardians concerned
            models.Index(fields=["guardian"], condition=Q(state="active"), name="endpoint_live"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def keyset(self) -> str:
        return crypto.WARD


class ArmedPush(models.Model):
    """What the next push to a device needs besides its message, made ahead and used once: see arming.py.

    The table is UNLOGGED (migration 0003): after a crash of PostgreSQL, on a standby and in a copy of the
    data directory it is empty, so a set that was used can't come back.
    """

    endpoint = models.OneToOneField(
        Endpoint, on_delete=models.CASCADE, primary_key=True, related_name="armed"
    )
    secret = EncryptedText()  # base64 of webpush.encryption.Armed; empty where none can be made
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            # arming: the sets that are a day old
            models.Index(fields=["made_at"], name="armedpush_made_at"),
        ]

    def __str__(self) -> str:
        return str(self.endpoint_id)

    def keyset(self) -> str:
        return crypto.WARD


class Preference(models.Model):
    """届け方の希望: when a guardian wants to hear of what can wait, in whole hours of the day in Japan.

    It holds back normal messages and leaflets alone; a guardian without a row hears of everything at once.
    """

    guardian = models.OneToOneField(
        Guardian, on_delete=models.CASCADE, primary_key=True, related_name="preference"
    )
    quiet_from = models.PositiveSmallIntegerField(null=True)  # 21, with quiet_until 7: from 21:00 to 7:00
    quiet_until = models.PositiveSmallIntegerField(null=True)
    digest_at = models.PositiveSmallIntegerField(null=True)  # 18: all of a day's at 18:00

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_from__lt=24)
                & Q(quiet_until__isnull=False, quiet_until__lt=24)
                & ~Q(quiet_from=F("quiet_until")),
                name="preference_quiet_hours",
            ),
            models.CheckConstraint(
                condition=Q(digest_at__isnull=True) | Q(digest_at__lt=24), name="preference_digest_hour"
            ),
        ]

    def __str__(self) -> str:
        return str(self.guardian_id)
