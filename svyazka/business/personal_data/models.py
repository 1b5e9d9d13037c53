"""What is stored of requests of clients to be told what is known of them."""

from __future__ import annotations

from django.db import models

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
