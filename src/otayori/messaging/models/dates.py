"""Dates that messages name, and the addresses under which calendars read them."""

from django.db import models
from django.db.models import F, Q

from otayori.messaging.models.message import Message
from otayori.roster.models import Guardian


class MessageDate(models.Model):
    """予定: a day that a message names, found in its words when it was released or corrected.

    Kept beside the message because its words lie encrypted: a guardian's 予定 would have to open hundreds.
    `until` is the last day of several; times are Tokyo's. After a recall the rows stay, so that calendars
    can be told that the date is off.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="dates", db_index=False)
    number = models.PositiveSmallIntegerField()  # from 1, in order
    day = models.DateField()
    starts = models.TimeField(null=True)
    ends = models.TimeField(null=True)
    until = models.DateField(null=True)
    is_deadline = models.BooleanField(default=False)

    class Meta:
        ordering = ["day", "number"]
        constraints = [
            # Its index serves the page 予定 and the feed, which come with the messages of a guardian
            models.UniqueConstraint(fields=["message", "number"], name="message_date_once"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("day")), name="message_date_until_later"
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(starts__isnull=False), name="message_date_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.number}"


class CalendarFeed(models.Model):
    """カレンダーのアドレス: a secret address under which a guardian's calendar reads the dates.

    The secret is kept as a keyed hash only, and shown once. Making it again ends the one of before.
    """

    guardian = models.OneToOneField(
        Guardian, on_delete=models.CASCADE, primary_key=True, related_name="calendar_feed"
    )
    token_key = models.BinaryField(max_length=16, unique=True)
    made_at = models.DateTimeField()
    read_on = models.DateField(null=True)  # the last day on which a calendar came for it

    def __str__(self) -> str:
        return str(self.guardian_id)
