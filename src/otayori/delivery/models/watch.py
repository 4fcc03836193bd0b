"""How channels and workers fare, for the staff's pages."""

from django.db import models

from otayori.core.ids import new_id
from otayori.delivery.models.endpoint import ChannelName


class ChannelHealth(models.Model):
    """How a channel fared last, for the banner on the staff's pages."""

    channel = models.CharField(max_length=10, primary_key=True, choices=ChannelName)
    worked_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    code = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return self.channel


class Worker(models.Model):
    """A worker process that is (or was) alive: staff are told when none is."""

    id = models.UUIDField(primary_key=True, default=new_id)
    host = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.host
