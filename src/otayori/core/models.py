"""Tables that belong to no domain: wrapped keys, and the log of who did what."""

from django.db import models

from otayori.core.ids import new_id


class Keyset(models.Model):
    """A keyset, wrapped by the master key. `name` is "ward", "lookup" or "school:<id>"."""

    name = models.CharField(primary_key=True, max_length=64)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """Who did what to what, when. Ids only, never a name, address or text."""

    id = models.UUIDField(primary_key=True, default=new_id)
    at = models.DateTimeField(auto_now_add=True)
    actor_id = models.UUIDField(null=True)
    school_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    object_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["object_id", "at"], name="audit_of_object"),  # what happened to one thing
            models.Index(
                fields=["action", "at"], name="audit_of_action"
            ),  # wrong passwords of sheets, per hour
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"
