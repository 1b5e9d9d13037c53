"""What is stored of requests of clients: to be told what is known of them, and to be forgotten."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from svyazka.business.clients.models import Client
from svyazka.business.staff.models import Person


class DataFile(models.Model):
    """All that is known of a client, as a file for him: asked for, made, and after a day gone."""

    class State(models.TextChoices):
        WAITING = "waiting"
        MADE = "made"
        FAILED = "failed"
        GONE = "gone"

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    file = models.FileField(upload_to="personal_data/", blank=True)
    rows = models.PositiveIntegerField(default=0)  # how many things there are in it
    bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["client", "-asked_at"], name="data_file_of_client"),
            models.Index(
                fields=["asked_at"], condition=models.Q(state__in=["waiting", "made"]), name="data_file_to_see_to"
            ),
        ]


class Erasure(models.Model):
    """All that is known of a client is made unrecoverable: asked for, done piece by piece, and what shows it."""

    class Ground(models.TextChoices):
        WITHDRAWN = "withdrawn", pgettext_lazy("erasure", "the client has withdrawn his consent")
        ACHIEVED = "achieved", pgettext_lazy("erasure", "what the data were gathered for is achieved")
        DEMANDED = "demanded", pgettext_lazy("erasure", "the client demands it")
        UNLAWFUL = "unlawful", pgettext_lazy("erasure", "the data were processed without a right to")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("erasure", "is being erased")
        ERASED = "erased", pgettext_lazy("erasure", "erased, the act is being made")
        DONE = "done", pgettext_lazy("erasure", "erased")
        FAILED = "failed", pgettext_lazy("erasure", "stopped by a fault")

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    numbers = models.JSONField()  # his, and of those merged into him: nothing else is remembered of him
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    ground = models.CharField(max_length=10, choices=Ground.choices)
    word = models.CharField(max_length=300, blank=True, default="")  # why, although a deal is open
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    step = models.PositiveSmallIntegerField(default=0)
    after = models.CharField(max_length=40, blank=True, default="")  # within the step: behind which row it goes on
    tries = models.PositiveSmallIntegerField(default=0)  # of this piece
    counts = models.JSONField(default=dict)  # name of a table → how many rows
    ended_at = models.DateTimeField(null=True)
    act = models.FileField(upload_to="erasures/", blank=True)
    log = models.FileField(upload_to="erasures/", blank=True)
    told_at = models.DateTimeField(null=True)  # that no backup holds him any more

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=~models.Q(state="done"), name="erasure_once_at_a_time"
            ),
            models.UniqueConstraint(fields=["client", "asked_at"], name="erasure_known"),
        ]
        indexes = [
            models.Index(fields=["-asked_at", "-id"], name="erasure_recent"),
            models.Index(fields=["asked_at"], condition=models.Q(state__in=["waiting", "erased"]), name="erasure_due"),
        ]

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


class Backup(models.Model):
    """An archive that was made of the house: it holds whoever was erased after that."""

    made_at = models.DateTimeField()
    place = models.CharField(max_length=1000)  # where it was written to
    gone_at = models.DateTimeField(null=True)  # nobody has it any more, as somebody says
    gone_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["made_at", "place"], name="backup_once")]
        indexes = [models.Index(fields=["-made_at", "-id"], condition=models.Q(gone_at=None), name="backup_there")]
