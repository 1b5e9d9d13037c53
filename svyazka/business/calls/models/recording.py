from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RecordingQuerySet(models.QuerySet["Recording"]):
    def not_fetched(self) -> RecordingQuerySet:
        """What somebody may want to be tried again."""
        return self.filter(state__in=[Recording.State.FAILED, Recording.State.LEFT])


class Recording(models.Model):
    """One file that a telephone system has made of a call, or of a part of it. Cut by month, as calls are. The sound
    is never here: it lies in the store (recordings/store.py)."""

    class State(models.TextChoices):
        AWAITED = "awaited", _("is being fetched")
        FETCHED = "fetched", _("is here")
        LEFT = "left", _("stays at the PBX")  # nobody has said how it is fetched from there
        EMPTY = "empty", _("nothing was recorded")
        FAILED = "failed", _("could not be fetched")
        REMOVED = "removed", _("was deleted")

    id = models.BigAutoField(primary_key=True)
    call_id = models.BigIntegerField()
    call_started_at = models.DateTimeField()
    pbx_code = models.CharField(max_length=60)
    place = models.CharField(max_length=500)  # a path or a link, as the PBX says it
    people = models.JSONField(default=dict)  # whose phones spoke with the client then: extension → id
    state = models.CharField(max_length=10, choices=State.choices, default=State.AWAITED)
    try_at = models.DateTimeField(null=True)  # None: it is over, one way or the other
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=40, blank=True)  # a key of source.TROUBLES
    file = models.CharField(max_length=200, blank=True)  # its name in the store
    bytes = models.PositiveBigIntegerField(default=0)
    milliseconds = models.PositiveIntegerField(default=0)
    channels = models.PositiveSmallIntegerField(default=1)
    fetched_at = models.DateTimeField(null=True)
    # Kept for longer than others: who wanted it, and why.
    kept_by_id = models.BigIntegerField(null=True)
    kept_why = models.CharField(max_length=300, blank=True)

    objects: ClassVar[RecordingQuerySet] = RecordingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["call_id"], name="recording_of_call"),
            models.Index(fields=["try_at"], condition=Q(try_at__isnull=False), name="recording_due"),
            models.Index(fields=["call_started_at"], condition=~Q(file=""), name="recording_kept"),
            models.Index(
                fields=["-call_started_at", "-id"],
                condition=Q(state__in=["failed", "left"]),
                name="recording_not_fetched",
            ),
        ]


class Listening(models.Model):
    """Somebody listened to a call: one row for each time, however often the player asks for a piece."""

    id = models.BigAutoField(primary_key=True)
    call_id = models.BigIntegerField()
    call_started_at = models.DateTimeField()
    person_id = models.BigIntegerField()
    at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    is_download = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["call_id", "-id"], name="listening_of_call")]


class KeepingRule(models.Model):
    """How long recordings are kept: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    days = models.PositiveSmallIntegerField(null=True, default=180)  # None: for ever
